import { SeamHttp } from '@seamapi/http'
import { SeamWebhook } from '@seamapi/webhook'
import { afterEach, describe, expect, vi } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { addSecondWorkspace } from './second-workspace.ts'
import { openReceiver, typesOf } from './webhook-receiver.ts'

const grantCode = async (hub: TestHub, apiKey = hub.apiKey) => {
  const { entranceIds } = await demoCard(hub)
  const answer = await hub.post(
    '/access_grants/create',
    {
      user_identity: { full_name: 'Ada Guest' },
      acs_entrance_ids: entranceIds.slice(3, 4),
      requested_access_methods: [{ mode: 'code', code: '908172635' }],
    },
    apiKey,
  )
  expect(answer.status).toBe(200)
}
const codeEvents = ['access_grant.created', 'access_method.created', 'access_method.issued']

const clientOf = (hub: TestHub) => SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })

afterEach(() => void vi.useRealTimers())

describe('a webhook', () => {
  test('brings every event, signed so that @seamapi/webhook verifies it', async ({ hub }) => {
    await using receiver = await openReceiver()
    const { secret = '' } = await clientOf(hub).webhooks.create({ url: receiver.url })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{32}$/)
    await grantCode(hub)
    await receiver.count(3)
    // The verifier holds the signature's time to the system's clock.
    vi.useFakeTimers({ toFake: ['Date'], now: hub.clock.now() })
    const webhook = new SeamWebhook(secret)
    const headersOf = ({ headers }: (typeof receiver.received)[number]) => headers as Record<string, string>
    const events = receiver.received.map((one) => webhook.verify(one.body, headersOf(one)))
    expect(new Set(events.map((one) => one.event_type))).toEqual(new Set(codeEvents))
    const issued = events.find((one) => one.event_type === 'access_method.issued')
    expect(issued).toMatchObject({ code: '908172635' })
    const asked = await hub.post('/events/get', { event_id: issued?.event_id })
    expect(asked.body.event).toEqual(issued)

    const [first] = receiver.received
    if (first === undefined) throw new Error('nothing was received')
    expect(() => webhook.verify(`${first.body} `, headersOf(first))).toThrow('No matching signature')
    const other = new SeamWebhook(`whsec_${Buffer.alloc(24).toString('base64')}`)
    expect(() => other.verify(first.body, headersOf(first))).toThrow('No matching signature')
  })

  test('tells that a card was encoded', async ({ hub }) => {
    await using receiver = await openReceiver()
    await hub.post('/webhooks/create', { url: receiver.url, event_types: ['access_method.issued'] })
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id: encoder.acs_encoder_id })
    await bridge.report((await bridge.takeOrder()).order_id, encoded)
    hub.clock.advance(1_000)
    await receiver.count(1)
    expect(JSON.parse(receiver.received[0]?.body ?? '')).toMatchObject({ access_method_id })
  })

  test('brings the types that it asked for, until it is updated or deleted', async ({ hub }) => {
    await using receiver = await openReceiver()
    const { webhooks } = clientOf(hub)
    const { webhook_id } = await webhooks.create({
      url: receiver.url,
      event_types: ['access_method.issued'],
    })
    await grantCode(hub)
    await receiver.count(1)
    await webhooks.update({ webhook_id, event_types: ['access_grant.created', 'access_grant.deleted'] })
    await grantCode(hub)
    await receiver.count(2)
    expect(typesOf(receiver.received)).toEqual(['access_method.issued', 'access_grant.created'])
    expect(await webhooks.get({ webhook_id })).toMatchObject({ url: receiver.url })
    expect(await webhooks.list()).toHaveLength(1)
    await webhooks.delete({ webhook_id })
    expect(await webhooks.list()).toEqual([])
    await using last = await openReceiver()
    await webhooks.create({ url: last.url, event_types: ['access_grant.created'] })
    await grantCode(hub)
    await last.count(1)
    expect(receiver.received).toHaveLength(2)
  })

  test('that never answers holds up neither the hub, nor other webhooks, nor its end', async ({ hub }) => {
    await using silent = await openReceiver(() => null)
    await using other = await openReceiver()
    await hub.post('/webhooks/create', { url: silent.url })
    await hub.post('/webhooks/create', { url: other.url })
    for (let grant = 0; grant < 4; grant++) await grantCode(hub)
    await other.count(12)
    await silent.count(4)
    // Of the twelve.
    expect(silent.received).toHaveLength(4)
    await hub.close()
  })

  test('gets after a restart what it had not taken', async ({ hub }) => {
    await using receiver = await openReceiver((delivery) => (delivery === 1 ? null : 204))
    await hub.post('/webhooks/create', { url: receiver.url, event_types: ['access_grant.created'] })
    await grantCode(hub)
    await receiver.count(1)
    const again = await hub.restart()
    again.clock.advance(1_000)
    await receiver.count(2)
    expect(receiver.received[1]?.body).toBe(receiver.received[0]?.body)
    await again.close()
  })

  test('is another workspace’s neither to see nor to hear', async ({ hub: first }) => {
    const { hub, apiKey } = await addSecondWorkspace(first)
    await using receiver = await openReceiver()
    const { body } = await hub.post('/webhooks/create', { url: receiver.url }, apiKey)
    const { webhook_id } = body.webhook
    expect((await hub.post('/webhooks/get', { webhook_id })).status).toBe(404)
    expect((await hub.post('/webhooks/delete', { webhook_id })).status).toBe(404)
    expect((await hub.post('/webhooks/list')).body.webhooks).toEqual([])
    await using own = await openReceiver()
    await hub.post('/webhooks/create', { url: own.url })
    await grantCode(hub)
    await own.count(3)
    expect(receiver.received).toEqual([])
    await hub.close()
  })

  test.for([
    ['http://hotel.example/seam', 'plain http to another computer'],
    ['https://user:secret@hotel.example/seam', 'a password in the address'],
    ['ftp://hotel.example/seam', 'another scheme'],
    ['hotel', 'no address'],
  ])('of %s is refused: %s', async ([url], { hub }) => {
    const answer = await hub.post('/webhooks/create', { url })
    expect(answer).toMatchObject({ status: 400, body: { error: { validation_errors: { url: {} } } } })
  })

  test('is refused when a workspace has twenty', async ({ hub }) => {
    const create = () => hub.post('/webhooks/create', { url: 'https://hotel.example/seam', event_types: [] })
    for (let made = 0; made < 20; made++) expect((await create()).status).toBe(200)
    expect((await create()).status).toBe(400)
  })
})
