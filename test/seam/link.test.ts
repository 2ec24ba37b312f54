import { expect, test } from 'vitest'
import { HUB_TIME, KEY_7, KEY_9, openFakeHub, TOKEN, welcomeBody } from './fake-hub.ts'
import { endOrder, ENCODER_ID, isConnected, journalOrder, openDesk, readyEncoder } from './desk.ts'

const minute = 60_000

const openHubAndDesk = async () => {
  const hub = await openFakeHub()
  const desk = openDesk(hub.endpoint)
  const close = async (): Promise<void> => {
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, [Symbol.asyncDispose]: close }
}

test('a paired link says hello with its encoders and the orders that are open, and is connected at the welcome', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  const hello = await hub.next('hello')
  expect(hello.body).toEqual({
    version: '1.2.3',
    encoders: [
      {
        acs_encoder_id: ENCODER_ID,
        display_name: 'Front Desk',
        driver: 'pn532',
        kind: 'card',
        technologies: ['mifare-classic-1k'],
        is_online: true,
      },
    ],
    open_order_ids: [],
    takes_new_token: true,
  })
  expect(await desk.until(isConnected)).toEqual({
    state: 'connected',
    transport: 'websocket',
    hubEndpoint: hub.endpoint,
    connectedSince: HUB_TIME,
    clockSkewMs: 0,
    error: null,
  })
})

test('open orders of the hub are named in hello, ended ones and those of the desk are not', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await hub.next('hello')
  await desk.until(isConnected)
  desk.journal.accept(journalOrder())
  endOrder(desk.journal, 'order-ended')
  desk.journal.accept({ ...journalOrder(), orderId: 'desk-scan' as never, origin: 'desk', fence: 8 })
  desk.restart()
  expect((await hub.next('hello')).body.open_order_ids).toEqual(['order-1'])
})

test('without a pairing the link stays unpaired until it is told of one', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  const pairing = desk.journal.pairing()
  desk.journal.setPairing(null)
  desk.link().pairingChanged()
  expect(desk.link().view()).toEqual({
    state: 'unpaired',
    transport: null,
    hubEndpoint: null,
    connectedSince: null,
    clockSkewMs: null,
    error: null,
  })
  expect(desk.clock.pendingTimers).toBe(0)
  desk.journal.setPairing(pairing)
  desk.link().pairingChanged()
  await desk.until(isConnected)
  expect(hub.knocks).toEqual(['websocket', 'websocket'])
})

test('plain http to another computer is refused before anything is sent, and not tried again', () => {
  using desk = openDesk('http://192.0.2.7:27412')
  expect(desk.link().view()).toMatchObject({ state: 'refused', error: { code: 'hub_insecure' } })
  expect(desk.clock.pendingTimers).toBe(0)
})

test('the configured address replaces the one of the pairing', async () => {
  const hub = await openFakeHub()
  using desk = openDesk('https://old.example', { endpointOverride: hub.endpoint })
  expect((await desk.until(isConnected)).hubEndpoint).toBe(hub.endpoint)
  await hub.close()
})

test('a refused token is told apart from a network fault, and tried again a minute later', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.webSocket = 401
  hub.drop()
  await desk.until((view) => view.state === 'waiting')
  await desk.clock.advance(500)
  const view = await desk.until((now) => now.state === 'refused')
  expect(view.error?.code).toBe('hub_unauthorized')
  const knocks = hub.knocks.length
  hub.manners.webSocket = 'accept'
  await desk.clock.advance(minute - 1)
  expect(hub.knocks.length).toBe(knocks)
  await desk.clock.advance(1)
  await desk.until(isConnected)
})

test('a computer that starts without its network links up when the network comes', async () => {
  const gone = await openFakeHub()
  const port = Number(new URL(gone.endpoint).port)
  await gone.close()
  using desk = openDesk(gone.endpoint)
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const view = await desk.until(({ state }) => state === 'waiting')
    expect(view.error?.code).toBe('hub_unreachable')
    const again = desk.until(({ state }) => state === 'connecting')
    await desk.clock.advance(500)
    await again
  }
  await desk.until(({ state }) => state === 'waiting')
  const hub = await openFakeHub(port)
  await desk.clock.advance(500)
  await desk.until(isConnected)
  await hub.close()
})

test('an outage is logged once, however long it lasts', async () => {
  const gone = await openFakeHub()
  await gone.close()
  using desk = openDesk(gone.endpoint)
  for (let attempt = 0; attempt < 4; attempt += 1) {
    await desk.until(({ state }) => state === 'waiting')
    const again = desk.until(({ state }) => state === 'connecting')
    await desk.clock.advance(500)
    await again
  }
  expect(desk.logged.filter((line) => line.startsWith('warn'))).toHaveLength(1)
})

test('a hub that is silent for 45 s is given up, and one that answers pings is not', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  for (let pings = 0; pings < 3; pings += 1) {
    const heard = hub.next('ping')
    await desk.clock.advance(20_000)
    await heard
    // The pong has to come through a real socket: the next order proves that it did.
    hub.send({ type: 'cancel', body: { order_id: 'none' } })
    await hub.next('ack')
  }
  expect(desk.link().view().state).toBe('connected')
  hub.manners.pongs = false
  await desk.clock.advance(44_999)
  expect(desk.link().view().state).toBe('connected')
  await desk.clock.advance(1)
  expect(desk.link().view()).toMatchObject({ state: 'waiting', error: { code: 'hub_unreachable' } })
})

test('a hub that gives no welcome within 10 s is given up', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.welcome = null
  desk.restart()
  await hub.next('hello')
  await hub.next('hello')
  await desk.clock.advance(10_000)
  expect(desk.link().view()).toMatchObject({ state: 'waiting', error: { code: 'hub_unreachable' } })
})

test.each([
  ['no JSON', '<html>hello</html>'],
  ['JSON that is no message', '{"status":"fine"}'],
  [
    'a channel of another version',
    '{"v":2,"id":"a","type":"welcome","at":"2026-06-01T12:00:00.000Z","body":{}}',
  ],
  [
    'a welcome of another shape',
    '{"v":1,"id":"a","type":"welcome","at":"2026-06-01T12:00:00.000Z","body":{}}',
  ],
])('a hub that answers hello with %s is not understood, and the link says so', async (_name, text) => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.welcome = text
  expect((await desk.until(({ state }) => state === 'waiting')).error?.code).toBe('hub_protocol')
  hub.manners.welcome = welcomeBody()
  await desk.clock.advance(500)
  await desk.until(isConnected)
})

test('a message of an unknown type belongs to a newer hub and is passed over', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.sendRaw(
    '{"v":1,"id":"x","type":"firmware","at":"2026-06-01T12:00:00.000Z","body":{"url":"https://example.com"}}',
  )
  hub.send({ type: 'cancel', body: { order_id: 'none' } })
  await hub.next('ack')
  expect(desk.link().view().state).toBe('connected')
})

test.each([
  ['bridge', { bridge_id: '99999999-9999-4999-8999-999999999999' }],
  ['access system', { acs_system_id: '99999999-9999-4999-8999-999999999999' }],
])('a hub that takes us for another %s is refused', async (_name, changes) => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.welcome = { ...welcomeBody(), ...changes }
  expect((await desk.until(({ state }) => state === 'waiting')).error?.code).toBe('hub_protocol')
})

test('goodbye ends the connection with the hub’s reason', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.send({ type: 'goodbye', body: { code: 'draining', message: 'back in a minute' } })
  const view = await desk.until(({ state }) => state === 'waiting')
  expect(view.error).toMatchObject({ code: 'draining' })
  expect(view.error?.message).toContain('back in a minute')
})

test('site keys of the welcome enter the journal, and older ones stay', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.welcome = { ...welcomeBody(), site_keys: { current: 2, keys: { '2': KEY_9 } } }
  desk.restart()
  await desk.until(isConnected)
  const keys = desk.journal.siteKeys()
  expect(keys?.current).toBe(2)
  expect(keys?.keys).toEqual(
    new Map([
      [1, new Uint8Array(32).fill(7)],
      [2, new Uint8Array(32).fill(9)],
    ]),
  )
})

test('another key under a known version is refused, and the stored one stays', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.welcome = { ...welcomeBody(), site_keys: { current: 1, keys: { '1': KEY_9 } } }
  desk.restart()
  const view = await desk.until(({ state }) => state === 'waiting')
  expect(view.error?.code).toBe('hub_protocol')
  expect(desk.journal.siteKeys()?.keys.get(1)).toEqual(new Uint8Array(32).fill(7))
})

test.each([
  ['a short key', { current: 1, keys: { '1': 'BwcH' } }],
  ['no base64', { current: 1, keys: { '1': '*'.repeat(44) } }],
  ['version 256', { current: 256, keys: { '256': KEY_7 } }],
  ['a current version without a key', { current: 3, keys: { '1': KEY_7 } }],
])('a welcome with %s is not understood', async (_name, siteKeys) => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.welcome = { ...welcomeBody(), site_keys: siteKeys }
  expect((await desk.until(({ state }) => state === 'waiting')).error?.code).toBe('hub_protocol')
  expect(desk.journal.siteKeys()).toBeNull()
})

test('the difference of the clocks is shown, and beyond two minutes it is shown as an error', async () => {
  await using rig = await openHubAndDesk()
  const { desk } = rig
  desk.views.skewMs = -120_000
  expect(await desk.until(isConnected)).toMatchObject({ clockSkewMs: -120_000, error: null })
  desk.views.skewMs = -120_001
  expect(desk.link().view()).toMatchObject({ clockSkewMs: -120_001, error: { code: 'clock_skewed' } })
})

test('changes of the encoders in one turn are told as one message, and no change is not told', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  desk.encodersChanged()
  await Promise.resolve()
  desk.views.encoders = [{ ...readyEncoder, state: 'leased' }]
  desk.encodersChanged()
  await Promise.resolve()
  desk.views.encoders = [{ ...readyEncoder, state: 'failed' }]
  desk.encodersChanged()
  desk.views.encoders = [{ ...readyEncoder, state: 'absent', name: 'Back Office' }]
  desk.encodersChanged()
  const told = await hub.next('encoders')
  expect(told.body.encoders).toMatchObject([{ display_name: 'Back Office', is_online: false }])
  expect(hub.heard.filter(({ type }) => type === 'encoders')).toHaveLength(1)
})

test('an encoder that changes between hello and welcome is told after the welcome', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  hub.manners.welcome = null
  await hub.next('hello')
  desk.views.encoders = []
  desk.encodersChanged()
  await Promise.resolve()
  hub.send({ type: 'welcome', body: welcomeBody() })
  expect((await hub.next('encoders')).body.encoders).toEqual([])
})

test('the progress of the hub’s orders is told once per state, and that of the desk’s own is not', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  const { orderId } = journalOrder()
  desk.journal.accept(journalOrder())
  desk.journal.accept({ ...journalOrder(), orderId: 'desk-scan' as never, origin: 'desk', fence: 8 })
  const view = {
    orderId,
    kind: 'encode',
    revision: 1,
    encoderId: ENCODER_ID,
    progress: null,
    prompt: 'Place a card.',
    cancellable: true,
    ending: null,
  } as const
  desk.sessionChanged({ ...view, orderId: 'desk-scan' as never, state: 'reading' })
  desk.sessionChanged({ ...view, state: 'waitingForCard' })
  desk.sessionChanged({ ...view, state: 'writing', progress: { done: 1, total: 3 } })
  desk.sessionChanged({ ...view, state: 'writing', progress: { done: 2, total: 3 } })
  desk.sessionChanged({ ...view, state: 'ended' })
  await hub.next('progress')
  await hub.next('progress')
  await hub.next('progress')
  const told = hub.heard.filter((message) => message.type === 'progress').map(({ body }) => body)
  expect(told).toEqual([
    { order_id: 'order-1', state: 'waiting_for_card' },
    { order_id: 'order-1', state: 'writing' },
    { order_id: 'order-1', state: 'ended' },
  ])
})

test('a closed link leaves no timer and no connection, and tells nobody', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  desk.link().close()
  hub.drop()
  desk.encodersChanged()
  endOrder(desk.journal, 'order-9')
  expect(desk.clock.pendingTimers).toBe(0)
  expect(hub.heard.map(({ type }) => type)).toEqual(['hello'])
})

test('neither the token nor a key reaches the log or the view', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  hub.manners.welcome = { ...welcomeBody(), site_keys: { current: 1, keys: { '1': KEY_9 } } }
  desk.restart()
  await desk.until(({ state }) => state === 'waiting')
  const seen = [...desk.logged, JSON.stringify(desk.link().view())].join('\n')
  expect(seen).toContain('hub_protocol')
  for (const secret of [TOKEN, KEY_7, KEY_9]) expect(seen).not.toContain(secret)
})

test('a disk that came from another computer tells so, and its token is not used', async () => {
  await using rig = await openHubAndDesk()
  const { hub, desk } = rig
  await desk.until(isConnected)
  desk.views.machine = ['mark-4']
  const knocks = hub.knocks.length
  desk.restart()
  expect(desk.link().view()).toMatchObject({ state: 'refused', error: { code: 'machine_changed' } })
  await expect(desk.link().listEntrances(new AbortController().signal)).rejects.toMatchObject({
    code: 'machine_changed',
  })
  await desk.clock.advance(10 * minute)
  expect(hub.knocks.length).toBe(knocks)
  expect(hub.asked).toEqual([])
})

test('a disk in another computer is a bridge again once that is paired', async () => {
  await using rig = await openHubAndDesk()
  const { desk } = rig
  await desk.until(isConnected)
  desk.views.machine = ['mark-4']
  desk.restart()
  const pairing = desk.journal.pairing()
  if (pairing === null) throw new Error('The desk is paired.')
  desk.journal.setPairing({ ...pairing, machine: ['mark-4'] })
  desk.link().pairingChanged()
  expect((await desk.until(isConnected)).error).toBeNull()
})

test.each([
  ['the computer tells nothing of itself', ['mark-1'], []],
  ['the pairing is older than the marks', [], ['mark-4']],
])('a pairing is used where %s', async (_where, paired, here) => {
  await using rig = await openHubAndDesk()
  const { desk } = rig
  const pairing = desk.journal.pairing()
  if (pairing === null) throw new Error('The desk is paired.')
  desk.journal.setPairing({ ...pairing, machine: paired })
  desk.views.machine = here
  desk.restart()
  expect((await desk.until(isConnected)).error).toBeNull()
})

test('a revoked token is refused, and pairing again links at once with the new one', async () => {
  await using rig = await openHubAndDesk()
  const { desk } = rig
  await desk.until(isConnected)
  const pairing = desk.journal.pairing()
  if (pairing === null) throw new Error('The desk is paired.')
  desk.journal.setPairing({ ...pairing, token: 'revoked' })
  desk.restart()
  const refused = await desk.until(({ state }) => state === 'refused')
  expect(refused.error?.code).toBe('hub_unauthorized')
  desk.journal.setPairing(pairing)
  desk.link().pairingChanged()
  expect((await desk.until(isConnected)).error).toBeNull()
})
