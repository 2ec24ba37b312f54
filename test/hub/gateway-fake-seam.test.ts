import { randomUUID } from 'node:crypto'
import { createFake } from '@seamapi/fake-seam-connect'
import { SeamHttp } from '@seamapi/http'
import { expect, onTestFinished, test } from 'vitest'
import { encoderNamed } from './fake-bridge.ts'
import { openGateway } from './gateway-rig.ts'

/** Seam's own public fake, with a hotel in it. */
const openFakeSeam = async () => {
  const fake = await createFake()
  const { workspace_id } = fake.database.addWorkspace({ name: 'Hotel' })
  const key = fake.database.addApiKey({ workspace_id, name: 'key' })
  const { connected_account_id } = fake.database.addConnectedAccount({
    provider: 'salto_ks',
    workspace_id,
    user_identifier: {},
  })
  const acs_system_id = randomUUID()
  fake.database.addAcsSystem({
    acs_system_id,
    external_type: 'salto_ks_site',
    name: 'Doors',
    workspace_id,
    connected_account_id,
  })
  const server = await fake.startServer()
  onTestFinished(() => server.close())
  return { endpoint: server.serverUrl, token: key.token, workspaceId: workspace_id, systemId: acs_system_id }
}

test('Seam’s public fake is answered through the gateway as it answers itself', async () => {
  const seam = await openFakeSeam()
  const gateway = await openGateway(seam.endpoint, seam.token)
  expect(gateway.workspaceId).toBe(seam.workspaceId)
  const straight = SeamHttp.fromApiKey(seam.token, { endpoint: seam.endpoint })
  const through = SeamHttp.fromApiKey(gateway.apiKey, { endpoint: gateway.endpoint })
  expect(await through.acs.systems.list()).toEqual(await straight.acs.systems.list())
  expect(await through.workspaces.get()).toEqual(await straight.workspaces.get())
  const user = await through.acs.users.create({ acs_system_id: seam.systemId, full_name: 'Ada Guest' })
  expect(await straight.acs.users.get({ acs_user_id: user.acs_user_id })).toMatchObject({
    full_name: 'Ada Guest',
  })
})

test.for([
  ['/acs/systems/get', { acs_system_id: '22222222-2222-4222-8222-222222222222' }],
  ['/acs/systems/get', {}],
  ['/acs/systems/get', { acs_system_id: 7 }],
  ['/access_grants/list', {}],
  ['/access_methods/encode', { access_method_id: 'x', acs_encoder_id: 'y' }],
  ['/no/such/endpoint', {}],
] as const)('its errors come as they are: %s %j', async ([path, body]) => {
  const seam = await openFakeSeam()
  const gateway = await openGateway(seam.endpoint, seam.token)
  const ask = async (endpoint: string, key: string) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' }
    const answer = await fetch(`${endpoint}${path}`, { method: 'POST', headers, body: JSON.stringify(body) })
    const own = ['date', 'connection', 'keep-alive', 'transfer-encoding']
    const kept = [...answer.headers].filter(([name]) => !own.includes(name))
    const text = await answer.text()
    return { status: answer.status, headers: kept, text: text.replaceAll(/"request_id":"[^"]*"/g, '') }
  }
  const straight = await ask(seam.endpoint, seam.token)
  expect(straight.status).toBeGreaterThanOrEqual(400)
  const through = await ask(gateway.endpoint, gateway.apiKey)
  const without = (answer: typeof through) => ({
    ...answer,
    headers: answer.headers.filter(([name]) => !name.includes('request-id')),
  })
  expect(without(through)).toEqual(without(straight))
  expect(await ask(gateway.endpoint, seam.token)).toMatchObject({ status: straight.status })
})

test('a bridge is paired for an access system of it, and its encoder is known here', async () => {
  const seam = await openFakeSeam()
  const gateway = await openGateway(seam.endpoint, seam.token)
  const encoder = encoderNamed('Here')
  await gateway.bridge([encoder], await gateway.pair('Desk', gateway.apiKey, seam.systemId))
  const { acs_encoder_id } = encoder
  const found = await gateway.post('/acs/encoders/get', { acs_encoder_id }, seam.token)
  expect(found.body.acs_encoder).toMatchObject({
    acs_system_id: seam.systemId,
    workspace_id: seam.workspaceId,
  })
})
