import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { CardUid, noUid, OrderId } from '../../src/contract/ids.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'
import { oneLine } from '../support/fake-upkeep-ports.ts'
import { listen, refusedHandshake } from './listen.ts'
import { addClerk, atTerminal, pageWith, signIn } from './page.ts'
import { bearer } from './request.ts'

const read = { technology: 'em4100', data: Uint8Array.of(0x12, 0x34), bitCount: 16, symbology: null } as const
const card = { uid: CardUid.parse('04AABBCC'), technology: 'mifare-classic-1k' } as const
const shown = { encoderId: frontDesk.encoderId, orderId: OrderId.parse('order-1'), card }

test('events begin with every encoder, and tell one again when something of it has changed', async () => {
  await using control = await openControl()
  using events = await listen(control.port, bearer(control.token))
  expect(await events.next()).toMatchObject({ type: 'device.changed', encoder: { state: 'ready' } })
  control.changes.tell()
  control.state.encoders = [{ ...frontDesk, state: 'absent', error: new BridgeError('device_lost') }]
  control.changes.tell()
  expect(await events.next()).toMatchObject({
    type: 'device.changed',
    encoder: { state: 'absent', error: { code: 'device_lost' } },
  })
})

test('whoever comes later is told the encoders too', async () => {
  await using control = await openControl()
  using first = await listen(control.port, bearer(control.token))
  await first.next()
  control.state.encoders = [{ ...frontDesk, state: 'absent' }]
  control.changes.tell()
  using second = await listen(control.port, bearer(control.token))
  expect(await second.next()).toMatchObject({ type: 'device.changed', encoder: { state: 'absent' } })
})

test('events tell of sessions without card data, of work, and of the link', async () => {
  await using control = await openControl()
  using events = await listen(control.port, bearer(control.token))
  control.show({ ...waitingSession, prompt: 'Place the card 04AABBCC on Front Desk.' })
  expect((await events.until('session.changed')).session).toMatchObject({
    order_id: 'order-1',
    prompt: 'Place the card on Front Desk.',
  })
  control.workChanges.tell()
  await events.until('work.changed')
  control.state.outbox = { waiting: 3, oldestAt: '2026-11-23T10:00:00.000Z', refused: 0 }
  expect(await events.until('link.changed')).toMatchObject({
    link: { state: 'connected' },
    outbox: { waiting: 3 },
  })
})

test('a card’s identifier is told to whoever had it ordered, and to nobody else', async () => {
  await using control = await openControl()
  const ann = await addClerk(control, 'Ann', 'installer', '1111')
  const bob = await addClerk(control, 'Bob', 'operator', '2222')
  const [annsPage, bobsPage] = [await signIn(control), await signIn(control)]
  await annsPage.post('/v1/switch', { by: 'pin', clerk_id: ann, pin: '1111' })
  await bobsPage.post('/v1/switch', { by: 'pin', clerk_id: bob, pin: '2222' })
  await bobsPage.post('/v1/scans')
  control.show(waitingSession)
  const origin = control.endpoint
  using anns = await listen(control.port, { cookie: annsPage.cookie, origin })
  using bobs = await listen(control.port, { cookie: bobsPage.cookie, origin })
  using terminal = await listen(control.port, bearer(control.token))
  control.cards.tell(shown)
  expect((await bobs.until('card.presented')).card_uid).toBe('04AABBCC')
  expect((await anns.until('card.presented')).card_uid).toBeNull()
  expect((await terminal.until('card.presented')).card_uid).toBeNull()
  expect([anns, terminal].map(({ texts }) => texts.join('')).join('')).not.toContain('04AABBCC')
})

test('of an order from elsewhere the operators are told, without an identifier for a card that has none', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  using events = await listen(control.port, bearer(control.token))
  control.cards.tell(shown)
  control.cards.tell({ ...shown, card: { uid: noUid, technology: 'magstripe' } })
  control.cards.tell({ ...shown, orderId: OrderId.parse('identify-1') })
  expect(await events.until('card.presented')).toMatchObject({
    encoder_name: 'Front Desk',
    order_id: 'order-1',
    card_uid: '04AABBCC',
    technology: 'mifare-classic-1k',
  })
  expect(await events.until('card.presented')).toMatchObject({ card_uid: null, technology: 'magstripe' })
  expect(await events.until('card.presented')).toMatchObject({ order_id: 'identify-1', card_uid: null })
})

test.each([
  ['installer', '', null],
  ['installer', '?reveal=false', null],
  ['installer', '?reveal=true', '1234'],
  ['operator', '?reveal=true', null],
])(
  'a read is told with its data only to an installer who asks for that: %s %s',
  async (role, query, data) => {
    await using control = await openControl()
    const { cookie } = await signIn(control, role)
    using events = await listen(control.port, { cookie, origin: control.endpoint }, query)
    control.reads.tell({ encoderId: frontDesk.encoderId, read })
    expect(await events.until('scanner.read')).toMatchObject({
      technology: 'em4100',
      size_bytes: 2,
      bit_count: 16,
      data,
    })
  },
)

test('a locked page hears of encoders and the link, and of nothing else until somebody is at it', async () => {
  await using control = await openControl()
  const bob = await addClerk(control, 'Ann', 'installer', '1111')
  const { cookie } = await signIn(control)
  using events = await listen(control.port, { cookie, origin: control.endpoint })
  await events.until('device.changed')
  control.show(waitingSession)
  control.workChanges.tell()
  control.cards.tell(shown)
  control.reads.tell({ encoderId: frontDesk.encoderId, read })
  control.state.encoders = [{ ...frontDesk, state: 'absent' }]
  control.changes.tell()
  expect((await events.next())?.type).toBe('device.changed')
  await pageWith(control, cookie).post('/v1/switch', { by: 'pin', clerk_id: bob, pin: '1111' })
  expect((await events.next())?.type).toBe('me.changed')
  control.workChanges.tell()
  expect((await events.next())?.type).toBe('work.changed')
  await pageWith(control, cookie).post('/v1/lock')
  expect((await events.next())?.type).toBe('me.changed')
})

test.each([
  ['installer', '?log=true', ['log.line', 'work.changed']],
  ['installer', '', ['work.changed']],
  ['operator', '?log=true', ['work.changed']],
])('the log is told only to an installer who asks for it: %s %s', async (role, query, types) => {
  await using control = await openControl()
  const { cookie } = await signIn(control, role)
  using events = await listen(control.port, { cookie, origin: control.endpoint }, query)
  await events.until('device.changed')
  control.upkeep.log(oneLine)
  control.workChanges.tell()
  const told = []
  for (let count = 0; count < types.length; count += 1) told.push((await events.next())?.type)
  expect(told).toEqual(types)
})

test('a page that signs out hears nothing more', async () => {
  await using control = await openControl()
  const page = await signIn(control)
  using events = await listen(control.port, { cookie: page.cookie, origin: control.endpoint })
  await page.post('/v1/sign_out')
  expect(await events.closed).toBe(4401)
})

test('a quiet desk says that it is alive', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  using events = await listen(control.port, bearer(control.token))
  await clock.advance(20_000)
  expect((await events.until('alive')).at).toMatch(/Z$/)
})

test('progress is told a few times a second, the last of it too, and another state at once', async () => {
  const clock = createFakeClock()
  await using control = await openControl(0, undefined, { clock })
  using events = await listen(control.port, bearer(control.token))
  const written = (done: number) =>
    control.show({ ...waitingSession, state: 'writing', revision: done, progress: { done, total: 47 } })
  for (let done = 1; done <= 20; done += 1) written(done)
  expect((await events.until('session.changed')).session.progress).toEqual({ done: 1, total: 47 })
  await clock.advance(250)
  expect((await events.until('session.changed')).session.progress).toEqual({ done: 20, total: 47 })
  written(21)
  control.show({ ...waitingSession, state: 'verifying', revision: 22, progress: null })
  expect((await events.until('session.changed')).session).toMatchObject({
    state: 'verifying',
    progress: null,
  })
  await clock.advance(1_000)
  control.show({ ...waitingSession, state: 'ended', revision: 23, progress: null })
  expect((await events.until('session.changed')).session.state).toBe('ended')
})

test('events end when the daemon stops, and nobody is observed after that', async () => {
  const control = await openControl()
  using events = await listen(control.port, bearer(control.token))
  expect(control.reads.count()).toBe(1)
  await control.close()
  expect(await events.closed).toBe(1001)
  expect([control.changes, control.reads, control.cards].map(({ count }) => count())).toEqual([0, 0, 0])
  await control[Symbol.asyncDispose]()
})

test('twenty pages hear the same message, which is made once', async () => {
  await using control = await openControl()
  const pages = await Promise.all(
    Array.from({ length: 20 }, () => listen(control.port, bearer(control.token))),
  )
  expect(control.reads.count()).toBe(1)
  for (const page of pages) await page.until('device.changed')
  let made = 0
  const view = { ...waitingSession, toString: undefined }
  Object.defineProperty(view, 'prompt', { enumerable: true, get: () => `Made ${(made += 1)} times.` })
  control.show(view)
  for (const page of pages) {
    expect((await page.until('session.changed')).session.prompt).toBe('Made 1 times.')
    page.socket.terminate()
  }
})

test('a client that reads nothing is left behind', async () => {
  await using control = await openControl()
  using events = await listen(control.port, bearer(control.token), '?reveal=true')
  events.socket.pause()
  const long = { ...read, data: new Uint8Array(8_192) }
  for (let index = 0; index < 20_000 && control.reads.count() > 0; index += 1) {
    control.reads.tell({ encoderId: frontDesk.encoderId, read: long })
    if (index % 200 === 199) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(control.reads.count()).toBe(0)
})

test('more followers than a desk has programs are refused, and one that goes makes room', async () => {
  await using control = await openControl()
  const headers = bearer(control.token)
  const followers = []
  for (let count = 0; count < 32; count += 1) followers.push(await listen(control.port, headers))
  expect(await refusedHandshake(control.port, headers)).toEqual({ status: 429, code: 'rate_limited' })
  followers[0]?.socket.terminate()
  await expect.poll(() => refusedHandshake(control.port, headers)).toEqual({ status: 101, code: null })
  for (const { socket } of followers) socket.terminate()
})

test('whoever speaks on the socket of the events is hung up on', async () => {
  await using control = await openControl()
  using events = await listen(control.port, bearer(control.token))
  events.socket.send('{"encode":"everything"}')
  expect(await events.closed).toBe(1008)
})

test('events over plain HTTP are refused, and a query that nobody knows too', async () => {
  await using control = await openControl()
  expect((await atTerminal(control).get('/v1/events')).status).toBe(400)
  const refused = await refusedHandshake(control.port, bearer(control.token), '/v1/events?token=1')
  expect(refused).toEqual({ status: 400, code: 'request_invalid' })
})
