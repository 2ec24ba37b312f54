import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { createConfiguredLayout } from '../cards/layouts/configured.ts'
import type { CredentialLookup } from '../contract/credentials.ts'
import { EncoderId, type OrderId } from '../contract/ids.ts'
import { createDeskOrders } from './desk-orders.ts'
import { type Desk, openDesk } from '../../test/sessions/desk.ts'

const uid = 'DEADBEEF'
const known = {
  cardNumber: '4711',
  startsAt: '2026-11-23T10:00:00.000Z',
  endsAt: null,
  isValid: true,
}

const orderTest = ({ journal, encoderIds }: Desk): OrderId => {
  const orders = createDeskOrders(
    journal,
    () => new Date(),
    () => true,
  )
  return orders.test(EncoderId.parse(encoderIds[0]), 'a test')
}
const placed = async (desk: Desk): Promise<Desk> => {
  await desk.ready()
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  return desk
}

test('a test card is written and read back, and nobody is reported to', async () => {
  await using desk = await placed(await openDesk())
  expect(await desk.ending(orderTest(desk))).toMatchObject({ kind: 'encoded', uid, proof: 'readBack' })
  expect(desk.journal.waiting(10)).toEqual([])
  expect(desk.journal.open()).toEqual([])
})

test('a scan tells that a test card has ended', async () => {
  await using desk = await placed(await openDesk({ lookup: () => Promise.resolve({ kind: 'notFound' }) }))
  await desk.ending(orderTest(desk))
  expect(await desk.ending(desk.scan())).toMatchObject({
    kind: 'scanned',
    record: { endsAt: '2010-01-01T00:01:00.000Z' },
  })
})

test('a test card is overwritten by a test and by an order without a question', async () => {
  await using desk = await placed(await openDesk())
  await desk.ending(orderTest(desk))
  expect(await desk.ending(orderTest(desk))).toMatchObject({ kind: 'encoded' })
  // Whether the credential is known could not even be asked: the hub is not there.
  expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded', proof: 'readBack' })
})

test.each([
  ['the hub says that it is valid', true],
  ['the hub can’t be asked', false],
])('a guest’s card is refused and stays as it is when %s', async (_, canAsk) => {
  const credential = { ...known, credentialId: randomUUID() }
  const lookup = (): Promise<CredentialLookup> => Promise.resolve({ kind: 'found', credential })
  await using desk = await placed(await openDesk(canAsk ? { lookup } : {}))
  await desk.ending(desk.order())
  const before = desk.emulators[0]?.dumpCard(uid)
  const counts = desk.emulators[0]?.countWrites(uid)
  expect(await desk.ending(orderTest(desk))).toMatchObject({ kind: 'untouched', code: 'card_occupied' })
  expect(desk.emulators[0]?.dumpCard(uid)).toEqual(before)
  expect(desk.emulators[0]?.countWrites(uid)).toEqual(counts)
})

test.each([
  ['the hub says that it is valid', { isValid: true }, { kind: 'untouched', code: 'card_occupied' }],
  ['the hub can’t be asked', null, { kind: 'untouched', code: 'card_occupied' }],
  ['the hub says so, too', { isValid: false }, { kind: 'encoded' }],
])('a guest’s card that has ended by this computer’s clock when %s', async (_, told, ending) => {
  const lookup = (credentialId: string): Promise<CredentialLookup> =>
    Promise.resolve({ kind: 'found', credential: { ...known, ...told, credentialId } })
  await using desk = await placed(await openDesk(told === null ? {} : { lookup }))
  const stay = { startsAt: '2020-01-01T00:00:00Z', endsAt: '2020-01-02T00:00:00Z' }
  expect(await desk.ending(desk.order({}, stay))).toMatchObject({ kind: 'encoded' })
  expect(await desk.ending(orderTest(desk))).toMatchObject(ending)
})

test('an order of the hub still asks about a guest’s card', async () => {
  await using desk = await placed(await openDesk())
  await desk.ending(desk.order())
  expect((await desk.reaches(desk.order(), 'awaitingConfirmation')).ending).toBeNull()
})

test('a test that waits while the daemon starts anew with a layout without an end touches no card', async () => {
  const layout = createConfiguredLayout(
    {
      name: 'phone',
      technologies: ['ntag213'],
      content: { kind: 'ndefUri', uri: 'https://a.example/{card_number}' },
    },
    () => '',
  )
  const first = await openDesk({ driver: 'virtual' })
  await first.ready()
  const orderId = orderTest(first)
  await first.reaches(orderId, 'waitingForCard')
  await using desk = await first.restart({ layouts: [layout], layout: 'phone' })
  desk.emulators[0]?.placeCard({ type: 'ntag213', uid: '04112233445566' })
  expect(await desk.ending(orderId)).toMatchObject({ kind: 'untouched', code: 'not_supported', uid: null })
  expect(Math.max(...(desk.emulators[0]?.countWrites('04112233445566') ?? []))).toBe(0)
  // What goes on in time is written as ever.
  expect(await desk.ending(desk.order({ origin: 'desk' }))).toMatchObject({ kind: 'encoded' })
})

test('a test that waits for its card goes on after a restart', async () => {
  const first = await placed(await openDesk())
  first.emulators[0]?.removeCard()
  const orderId = orderTest(first)
  await first.reaches(orderId, 'waitingForCard')
  await using desk = await first.restart()
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid })
  expect(await desk.ending(orderId)).toMatchObject({ kind: 'encoded', uid })
})
