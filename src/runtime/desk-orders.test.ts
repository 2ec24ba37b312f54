import { afterEach, expect, test } from 'vitest'
import { EncoderId } from '../contract/ids.ts'
import type { JournalEntry } from '../contract/journal.ts'
import { type EncodeSubject, Order } from '../contract/order.ts'
import type { SiteKeys } from '../contract/site-keys.ts'
import { createDeskOrders } from './desk-orders.ts'
import { deskIdentity } from './pairing.ts'
import { freshJournal } from '../../test/journal/fixtures.ts'

const encoderId = EncoderId.parse('11111111-1111-4111-8111-111111111111')
const move = { kind: 'moveStay', room: '101', newRoom: '204', endsAt: '2026-11-25T11:00:00.000Z' } as const

const unbegun = {
  phase: 'accepted',
  intent: null,
  ending: null,
  endedAt: null,
  encoderId: null,
} as const

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

const siteKeys: SiteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(7)]]) }

const openDesk = (keys: SiteKeys | null = siteKeys, bearsEnd = true) => {
  const orders: Order[] = []
  const accept = (order: Order): 'accepted' => {
    orders.push(Order.parse(order))
    return 'accepted'
  }
  const open = () => orders.map((order): JournalEntry => ({ ...unbegun, order, acceptedAt: order.orderedAt }))
  const journal = { accept, highestFence: () => null, open, siteKeys: () => keys }
  const wallClock = () => new Date('2026-11-23T10:00:00.000Z')
  return { orders, desk: createDeskOrders(journal, wallClock, () => bearsEnd) }
}

const subject: EncodeSubject = {
  purpose: 'new',
  copies: 1,
  accessMethodId: '55555555-5555-4555-8555-555555555555',
  credentialId: '66666666-6666-4666-8666-666666666666',
  cardNumber: '1',
  doorIds: [],
  startsAt: '2026-11-23T10:00:00.000Z',
  endsAt: null,
  confirmed: false,
  endsLiveKey: false,
}

const guestId = '99999999-9999-4999-8999-999999999999'

test('what the desk orders is its own, lives ten minutes and keeps the desk’s time zone', () => {
  process.env['TZ'] = 'Pacific/Auckland'
  const { orders, desk } = openDesk()
  const ids = [
    desk.scan(encoderId, 'Ann', null),
    desk.stay(encoderId, move, 'Ann'),
    desk.scan(encoderId, 'Ann', guestId),
  ]
  const common = {
    encoderIds: [encoderId],
    origin: 'desk',
    orderedBy: 'Ann',
    orderedAt: '2026-11-23T10:00:00.000Z',
    expiresAt: '2026-11-23T10:10:00.000Z',
    timeZone: 'Pacific/Auckland',
    encode: null,
  }
  expect(orders).toMatchObject([
    { ...common, orderId: ids[0], kind: 'scan', stay: null, assignTo: null },
    { ...common, orderId: ids[1], kind: 'stay', stay: move },
    {
      ...common,
      orderId: ids[2],
      kind: 'scan_to_assign',
      assignTo: { acsUserId: null, userIdentityId: guestId },
    },
  ])
})

// POSIX allows it (a colon and a path), and no IANA name can be made of it.
test('where the time zone has no name an order with times is refused, and every other is taken', () => {
  process.env['TZ'] = ':/nowhere'
  const { orders, desk } = openDesk()
  expect(() => desk.stay(encoderId, move, 'Ann')).toThrow(
    expect.objectContaining({ code: 'config_invalid', detail: expect.stringContaining('time zone') }),
  )
  desk.stay(encoderId, { ...move, endsAt: null }, 'Ann')
  desk.stay(encoderId, { kind: 'checkOut', room: '101' }, 'Ann')
  desk.scan(encoderId, 'Ann', null)
  expect(orders.map(({ timeZone }) => timeZone)).toEqual(['UTC', 'UTC', 'UTC'])
})

test('a bridge tells the hub a time zone that it knows, or pairs with none', () => {
  const journal = { encoderIdOf: () => encoderId }
  process.env['TZ'] = 'Europe/Vienna'
  expect(deskIdentity(journal).timeZone).toBe('Europe/Vienna')
  process.env['TZ'] = ':/nowhere'
  expect(() => deskIdentity(journal)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})

test('a card that is to be assigned is ordered with its access method', () => {
  const { orders, desk } = openDesk()
  desk.assign(encoderId, '55555555-5555-4555-8555-555555555555', 'Maria')
  expect(orders).toMatchObject([
    { kind: 'assign', assign: { accessMethodId: '55555555-5555-4555-8555-555555555555' }, encode: null },
  ])
})

test('a second clerk who assigns a card to the same access method is told that one is under way', () => {
  const { orders, desk } = openDesk()
  desk.assign(encoderId, '55555555-5555-4555-8555-555555555555', 'Maria')
  expect(() => desk.assign(encoderId, '55555555-5555-4555-8555-555555555555', 'Tom')).toThrow(
    'being made already',
  )
  desk.assign(encoderId, '66666666-6666-4666-8666-666666666666', 'Tom')
  expect(orders).toHaveLength(2)
})

test('no second card is ordered for an access method whose first one is not ended', () => {
  const { orders, desk } = openDesk()
  desk.encode(encoderId, subject, 'Maria')
  expect(() => desk.encode(encoderId, subject, 'Maria')).toThrow('being made already')
  expect(() => desk.assign(encoderId, subject.accessMethodId, 'Tom')).toThrow('being made already')
  expect(orders).toHaveLength(1)
  expect(orders[0]?.fence).toBe(Date.parse('2026-11-23T10:00:00.000Z'))
})

test('a card that is ordered again after the clock was put back is no older order', () => {
  const { journal } = freshJournal()
  let now = '2026-11-23T10:00:00.000Z'
  const desk = createDeskOrders(
    journal,
    () => new Date(now),
    () => true,
  )
  const makeOne = (): number | undefined => {
    const orderId = desk.encode(encoderId, subject, 'Maria')
    journal.end(orderId, encoderId, { kind: 'untouched', code: 'card_timeout', detail: null, uid: null })
    return journal.entry(orderId)?.order.fence
  }
  expect(makeOne()).toBe(Date.parse('2026-11-23T10:00:00.000Z'))
  now = '2026-11-23T09:00:00.000Z'
  expect(makeOne()).toBe(Date.parse('2026-11-23T10:00:00.001Z'))
  now = '2026-11-23T11:00:00.000Z'
  expect(makeOne()).toBe(Date.parse('2026-11-23T11:00:00.000Z'))
})

test('a test card is nobody’s, opens no door and has ended long ago', () => {
  const { orders, desk } = openDesk()
  desk.test(encoderId, 'Anna')
  desk.test(encoderId, 'Anna')
  expect(orders[0]).toMatchObject({
    kind: 'encode',
    origin: 'desk',
    fence: 0,
    expiresAt: '2026-11-23T10:10:00.000Z',
    stay: null,
    encode: {
      purpose: 'additional',
      copies: 1,
      doorIds: [],
      endsAt: '2010-01-01T00:01:00.000Z',
      endsLiveKey: false,
    },
  })
  const ids = orders.flatMap(({ encode }) => [encode?.accessMethodId, encode?.credentialId])
  expect(new Set(ids).size).toBe(4)
})

test('a test card is refused before the site’s keys have come, and where the layout writes no end', () => {
  expect(() => openDesk(null).desk.test(encoderId, 'Anna')).toThrow(
    expect.objectContaining({ code: 'not_paired' }),
  )
  expect(() => openDesk(siteKeys, false).desk.test(encoderId, 'Anna')).toThrow(
    expect.objectContaining({ code: 'not_supported' }),
  )
})
