import { afterEach, expect, test } from 'vitest'
import { EncoderId } from '../contract/ids.ts'
import { Order } from '../contract/order.ts'
import { createDeskOrders } from './desk-orders.ts'
import { deskIdentity } from './pairing.ts'

const encoderId = EncoderId.parse('11111111-1111-4111-8111-111111111111')
const move = { kind: 'moveStay', room: '101', newRoom: '204', endsAt: '2026-11-25T11:00:00.000Z' } as const

const zone = process.env['TZ']
afterEach(() => {
  if (zone === undefined) delete process.env['TZ']
  else process.env['TZ'] = zone
})

const openDesk = () => {
  const orders: Order[] = []
  const accept = (order: Order): 'accepted' => {
    orders.push(Order.parse(order))
    return 'accepted'
  }
  return { orders, desk: createDeskOrders({ accept }, () => new Date('2026-11-23T10:00:00.000Z')) }
}

test('what the desk orders is its own, lives ten minutes and keeps the desk’s time zone', () => {
  process.env['TZ'] = 'Pacific/Auckland'
  const { orders, desk } = openDesk()
  const ids = [desk.scan(encoderId, 'Ann'), desk.stay(encoderId, move, 'Ann')]
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
    { ...common, orderId: ids[0], kind: 'scan', stay: null },
    { ...common, orderId: ids[1], kind: 'stay', stay: move },
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
  desk.scan(encoderId, 'Ann')
  expect(orders.map(({ timeZone }) => timeZone)).toEqual(['UTC', 'UTC', 'UTC'])
})

test('a bridge tells the hub a time zone that it knows, or pairs with none', () => {
  const journal = { encoderIdOf: () => encoderId }
  process.env['TZ'] = 'Europe/Vienna'
  expect(deskIdentity(journal).timeZone).toBe('Europe/Vienna')
  process.env['TZ'] = ':/nowhere'
  expect(() => deskIdentity(journal)).toThrow(expect.objectContaining({ code: 'config_invalid' }))
})
