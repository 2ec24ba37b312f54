import { describe, expect, it } from 'vitest'
import { openLockDesk } from './lock-desk.ts'

/** What the lock system is told, as `2026-11-23 15:00`; the desk's own clock stands at 14:00 UTC. */
const told = async (timeZone: string, startsAt: string, endsAt: string): Promise<unknown> => {
  await using desk = await openLockDesk()
  expect(await desk.ending(desk.order({ startsAt, endsAt }, { timeZone }))).toMatchObject({ kind: 'encoded' })
  const [command] = desk.system.heard
  return command
}

const at = (month: number, day: number, hour: number, minute: number, year = 2026) => ({
  year,
  month,
  day,
  hour,
  minute,
})

describe('a lock system is told the property’s time, whatever this computer’s zone', () => {
  // Offsets: IANA time zone database. Nepal is 5:45 ahead (asia), Lord Howe Island 11:00 in its summer (australasia).
  it.each([
    ['Asia/Kathmandu', '2026-11-23T14:05:00Z', '2026-11-25T05:20:00Z', at(11, 23, 19, 50), at(11, 25, 11, 5)],
    [
      'Australia/Lord_Howe',
      '2026-11-23T14:05:00Z',
      '2026-11-25T00:35:00Z',
      at(11, 24, 1, 5),
      at(11, 25, 11, 35),
    ],
    [
      'Pacific/Marquesas',
      '2026-11-23T14:05:00Z',
      '2026-11-25T20:35:00Z',
      at(11, 23, 4, 35),
      at(11, 25, 11, 5),
    ],
  ])('%s keeps its minutes', async (zone, startsAt, endsAt, start, end) => {
    expect(await told(zone, startsAt, endsAt)).toMatchObject({ order: { startsAt: start, endsAt: end } })
  })

  // Directive 2000/84/EC: summer time begins on the last Sunday of March, at 01:00 UTC.
  it('a stay over the change of the clocks ends at its wall-clock time', async () => {
    expect(await told('Europe/Vienna', '2027-03-27T14:30:00Z', '2027-03-28T09:15:00Z')).toMatchObject({
      order: { startsAt: at(3, 27, 15, 30, 2027), endsAt: at(3, 28, 11, 15, 2027) },
    })
  })
})
