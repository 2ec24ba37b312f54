import { expect, it } from 'vitest'
import { openDesk } from './desk.ts'
import { openLockDesk } from './lock-desk.ts'

it('the limit of cards an hour is not lifted by a thousand scans', async () => {
  await using desk = await openDesk({ cardsAnHour: 1 })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  await desk.ending(desk.order())
  desk.emulators[0]?.removeCard()
  for (let count = 0; count < 1000; count += 1) desk.sessions.cancel(desk.scan())
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
  expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'desk_limit' })
})

it('the limit of cards an hour outlives a crash: it is counted from what is on the disk', async () => {
  await using desk = await openDesk({ cardsAnHour: 1 })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  expect(await desk.ending(desk.order())).toMatchObject({ kind: 'encoded' })
  desk.emulators[0]?.removeCard()
  await using again = await desk.restart()
  await again.ready()
  again.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
  expect(await again.ending(again.order())).toMatchObject({ kind: 'untouched', code: 'desk_limit' })
})

it('a card of a technology that the desk does not write stays as it is, whoever orders', async () => {
  await using desk = await openDesk({ technologies: ['ultralight'] })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  const before = desk.emulators[0]?.dumpCard('DEADBEEF')
  for (const origin of ['hub', 'desk'] as const) {
    expect(await desk.ending(desk.order({ origin }))).toMatchObject({ kind: 'untouched', code: 'desk_limit' })
  }
  expect(desk.emulators[0]?.dumpCard('DEADBEEF')).toEqual(before)
})

it('the keys of a lock system count after a crash, too', async () => {
  await using desk = await openLockDesk({ cardsAnHour: 2 })
  expect(await desk.ending(desk.order({ copies: 2 }))).toMatchObject({ kind: 'encoded' })
  await using again = await desk.restart()
  expect(await again.ending(again.order())).toMatchObject({ kind: 'untouched', code: 'desk_limit' })
})
