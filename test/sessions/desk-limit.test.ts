import { expect, it } from 'vitest'
import { openDesk } from './desk.ts'

it('the limit of cards an hour is not lifted by a thousand scans', async () => {
  await using desk = await openDesk({ cardsAnHour: 1 })
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: 'DEADBEEF' })
  await desk.ending(desk.order())
  desk.emulators[0]?.removeCard()
  for (let count = 0; count < 1000; count += 1) desk.sessions.cancel(desk.scan())
  desk.emulators[0]?.placeCard({ type: 'classic1k', uid: '01020304' })
  expect(await desk.ending(desk.order())).toMatchObject({ kind: 'untouched', code: 'desk_limit' })
})
