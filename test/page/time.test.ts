import { expect, test } from 'vitest'
import { fromWallClock, showInstant, toWallClock } from '../../src/page/live/time.ts'

// IANA tz database: Berlin is an hour ahead of UTC in winter and two in summer; its clocks change on 29 March 2026 at 01:00 UTC.
test.each([
  ['2026-11-24T10:00:00.000Z', 'Europe/Berlin', '2026-11-24T11:00'],
  ['2026-07-01T22:30:00.000Z', 'Europe/Berlin', '2026-07-02T00:30'],
  ['2026-03-29T00:59:00.000Z', 'Europe/Berlin', '2026-03-29T01:59'],
  ['2026-03-29T01:00:00.000Z', 'Europe/Berlin', '2026-03-29T03:00'],
  ['2026-01-01T04:15:00.000Z', 'America/New_York', '2025-12-31T23:15'],
  ['2026-01-01T04:15:00.000Z', 'Asia/Kolkata', '2026-01-01T09:45'],
])('the instant %s in %s is the wall clock %s, and back', (instant, zone, wallClock) => {
  expect(toWallClock(instant, zone)).toBe(wallClock)
  expect(fromWallClock(wallClock, zone)).toBe(instant)
})

test('an hour that the change of the clocks skips is still an instant of that night', () => {
  expect(fromWallClock('2026-03-29T02:30', 'Europe/Berlin')).toMatch(/^2026-03-29T0[01]:30:00\.000Z$/)
})

test('people read the time of the property, not of the browser', () => {
  expect(showInstant('2026-11-24T10:00:00.000Z', 'America/New_York', 'en')).toContain('05:00')
  expect(showInstant('2026-11-24T10:00:00.000Z', 'Asia/Tokyo', 'de')).toContain('19:00')
})
