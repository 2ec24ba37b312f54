import { randomUUID } from 'node:crypto'
import { describe, expect, it, test } from 'vitest'
import type { OrderId, TransportKind } from 'encoder-bridge/driver'
import { encoderIds } from '../../drivers/seam-remote/emulator-bodies.ts'
import { openDesk, type Desk, type DeskOptions } from './desk.ts'

/** Each lock system over each of its links, as the real devices, sessions and journal drive it. */
const links: readonly { readonly driver: string; readonly transport: TransportKind }[] = [
  { driver: 'salto', transport: 'tcp' },
  { driver: 'salto', transport: 'serial' },
  { driver: 'onity', transport: 'tcp' },
  { driver: 'onity', transport: 'serial' },
  { driver: 'fias', transport: 'tcp' },
]

const uid = '04A1B2C3'
const open = (link: Pick<DeskOptions, 'driver' | 'transport'>): Promise<Desk> =>
  openDesk({ ...link, encoders: ['1', '2'], rooms: { suite: '101' } })

const place = (desk: Desk, encoder: string): void =>
  desk.emulators[0]?.placeCard({ type: 'key', uid, encoder })

/** Orders a new key, on the second encoder where none is named. */
const order = (desk: Desk, encoderId = desk.encoderIds[1]): OrderId =>
  desk.order(
    { encoderIds: encoderId === undefined ? [] : [encoderId] },
    { purpose: 'new', doorIds: ['suite'], endsAt: '2026-11-25T11:00:00Z' },
  )

const keysMade = (desk: Desk): number =>
  (desk.emulators[0]?.countWrites(uid) ?? []).reduce((sum, count) => sum + count, 0)

describe.each(links)('$driver over $transport', (link) => {
  it('makes the key of an order, on the encoder that is meant', async () => {
    await using desk = await open(link)
    place(desk, '2')
    const orderId = order(desk)
    expect(await desk.ending(orderId)).toMatchObject({
      kind: 'encoded',
      proof: 'confirmed',
      keys: { made: 1, wanted: 1, shortfall: null },
    })
    const key = JSON.parse(new TextDecoder().decode(desk.emulators[0]?.dumpCard(uid))) as object
    // Noon in Vienna: an hour ahead of UTC in November.
    expect(key).toMatchObject({ rooms: ['101'], endsAt: '2026-11-25T12:00' })
    expect(keysMade(desk)).toBe(1)
  })

  it('keeps the order for another encoder, or goes on with it, while a key is made', async () => {
    await using desk = await open(link)
    const orders: OrderId[] = []
    for (const [index, encoderId] of desk.encoderIds.entries()) {
      const orderId = order(desk, encoderId)
      orders.push(orderId)
      await desk.reaches(orderId, index > 0 && link.driver !== 'fias' ? 'ordering' : 'makingKey')
    }
    desk.emulators[0]?.placeCard({ type: 'key', uid, encoder: '1' })
    desk.emulators[0]?.placeCard({ type: 'key', uid: '04A1B2C4', encoder: '2' })
    for (const orderId of orders) {
      expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', proof: 'confirmed' })
    }
  })

  it('tells why it makes none, and makes the next one', async () => {
    await using desk = await open(link)
    place(desk, '2')
    desk.emulators[0]?.inject({ fault: 'key_order_refused' })
    expect(await desk.ending(order(desk))).toMatchObject({ kind: 'untouched', code: 'key_order_refused' })
    expect(await desk.ending(order(desk))).toMatchObject({ kind: 'encoded' })
    expect(keysMade(desk)).toBe(1)
  })

  it('is asked twice when it was busy, and makes one key', async () => {
    await using desk = await open(link)
    place(desk, '2')
    desk.emulators[0]?.inject({ fault: 'key_encoder_busy' })
    expect(await desk.ending(order(desk))).toMatchObject({ kind: 'encoded', proof: 'confirmed' })
    expect(keysMade(desk)).toBe(1)
  })

  it('is never asked again when its answer can’t be understood', async () => {
    await using desk = await open(link)
    place(desk, '2')
    desk.emulators[0]?.inject({ fault: 'garbled' })
    // Read where the system reads, and in doubt where it does not: never a confirmation.
    const ending = await desk.ending(order(desk))
    expect(ending).toMatchObject(
      link.driver === 'fias'
        ? { kind: 'unknown', code: 'outcome_unknown' }
        : { kind: 'encoded', proof: 'readBack' },
    )
    expect(keysMade(desk)).toBe(1)
  })
})

test.each(links.filter(({ driver }) => driver !== 'fias'))(
  '$driver over $transport reads a card while a key is made on another encoder, after it',
  async (link) => {
    await using desk = await open(link)
    await desk.reaches(order(desk), 'makingKey')
    desk.emulators[0]?.placeCard({ type: 'key', uid: '04A1B2C4', encoder: '1' })
    const scan = desk.scan()
    await desk.reaches(scan, 'waitingForCard')
    place(desk, '2')
    expect(await desk.ending(scan)).toMatchObject({ kind: 'scanned' })
  },
)

test.each(links.filter(({ transport }) => transport === 'tcp'))(
  '$driver is never asked again when the connection ends before its answer',
  async (link) => {
    await using desk = await open(link)
    place(desk, '2')
    desk.emulators[0]?.inject({ fault: 'cut' })
    const ending = await desk.ending(order(desk))
    expect(ending).toMatchObject(
      link.driver === 'fias'
        ? { kind: 'unknown', code: 'outcome_unknown' }
        : { kind: 'encoded', proof: 'readBack' },
    )
    expect(keysMade(desk)).toBe(1)
  },
)

describe('an encoder that Seam reaches itself', () => {
  const openRemote = (): Promise<Desk> =>
    openDesk({ driver: 'seam-remote', transport: 'http', encoders: encoderIds.slice(0, 1) })

  it('makes the key of an order without any list of rooms', async () => {
    await using desk = await openRemote()
    desk.emulators[0]?.placeCard({ type: 'key', uid })
    expect(await desk.ending(desk.order({}, { purpose: 'new' }))).toMatchObject({
      kind: 'encoded',
      proof: 'confirmed',
      keys: { made: 1 },
    })
  })

  it('gives a card to somebody, once', async () => {
    await using desk = await openRemote()
    desk.emulators[0]?.placeCard({ type: 'key', uid })
    const assignTo = { acsUserId: randomUUID(), userIdentityId: null }
    expect(await desk.ending(desk.scan({ kind: 'scan_to_assign', assignTo }))).toMatchObject({
      kind: 'scanned',
    })
  })

  it('is in doubt, and asked no second time, when Seam does not say how it went', async () => {
    await using desk = await openRemote()
    desk.emulators[0]?.placeCard({ type: 'key', uid })
    desk.emulators[0]?.inject({ fault: 'cut' })
    expect(await desk.ending(desk.order({}, { purpose: 'new' }))).toMatchObject({
      kind: 'unknown',
      code: 'outcome_unknown',
    })
    expect(keysMade(desk)).toBe(1)
  })
})
