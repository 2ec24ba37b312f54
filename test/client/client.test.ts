import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createControlClient } from '../../src/client/index.ts'
import { backOffice, frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'

const clientOf = (control: { readonly endpoint: string; readonly token: string }, token = control.token) =>
  createControlClient({
    endpoint: control.endpoint,
    token,
    openSocket: (url) => new WebSocket(url, { headers: { authorization: `Bearer ${token}` } }),
  })

test('each route of the table is a method, and names in the path go into the path', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const client = clientOf(control)
  expect(await client.encoders()).toMatchObject({ encoders: [{ name: frontDesk.name }] })
  expect(await client.session({ order_id: 'order-1', after: 0, wait_ms: 0 })).toMatchObject({ revision: 1 })
  await client.confirm({ order_id: 'order-1', revision: 1 })
  expect(control.calls).toEqual([{ confirm: 'order-1', revision: 1 }])
})

test('a refusal keeps its code and the facts of the case', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  await expect(clientOf(control).scan({ encoder: 'Lobby' })).rejects.toMatchObject({
    code: 'encoder_unknown',
    detail: '“Lobby” is none of: Front Desk, Back Office.',
  })
  await expect(clientOf(control, 'f'.repeat(64)).status()).rejects.toMatchObject({
    code: 'control_unauthorized',
  })
})

test('a call that is given up rejects as aborted, and one to nobody as daemon_unreachable', async () => {
  const control = await openControl()
  const client = clientOf(control)
  const leaving = new AbortController()
  control.show(waitingSession)
  const waiting = client.session(
    { order_id: 'order-1', after: 1, wait_ms: 20_000 },
    { signal: leaving.signal },
  )
  leaving.abort()
  await expect(waiting).rejects.toMatchObject({ code: 'aborted' })
  await control[Symbol.asyncDispose]()
  await expect(client.status()).rejects.toMatchObject({ code: 'daemon_unreachable' })
})

test('the audit comes as lines', async () => {
  await using control = await openControl()
  control.state.audit = [
    {
      at: '2026-11-23T10:00:00.000Z',
      event: 'accepted',
      orderId: 'order-1',
      orderedBy: 'the desk',
      encoderId: null,
      uid: null,
      outcome: null,
    },
  ]
  const text = await new Response(await clientOf(control).audit({ since: '2026-11-23T09:00:00Z' })).text()
  expect(JSON.parse(text)).toMatchObject({ event: 'accepted', order_id: 'order-1' })
})
