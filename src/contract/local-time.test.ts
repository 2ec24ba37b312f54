import { describe, expect, test } from 'vitest'
import { localText, localTimeOf } from './local-time.ts'

describe('the wall-clock time of an instant', () => {
  test.each([
    ['in winter', '2026-11-23T14:00:00Z', 'Europe/Vienna', '2026-11-23 15:00'],
    ['in summer', '2026-07-01T14:00:00Z', 'Europe/Vienna', '2026-07-01 16:00'],
    // Directive 2000/84/EC: the last Sunday of March and of October, at 01:00 UTC.
    ['before the clocks go forward', '2026-03-29T00:59:59Z', 'Europe/Vienna', '2026-03-29 01:59'],
    ['after they went forward', '2026-03-29T01:00:00Z', 'Europe/Vienna', '2026-03-29 03:00'],
    ['before they go back', '2026-10-25T00:30:00Z', 'Europe/Vienna', '2026-10-25 02:30'],
    ['in the hour that comes twice', '2026-10-25T01:30:00Z', 'Europe/Vienna', '2026-10-25 02:30'],
    ['where half an hour is kept', '2026-11-23T14:00:00Z', 'Asia/Kolkata', '2026-11-23 19:30'],
    ['where three quarters are', '2026-11-23T14:00:00Z', 'Asia/Kathmandu', '2026-11-23 19:45'],
    ['where summer time is half an hour', '2026-12-31T13:00:00Z', 'Australia/Lord_Howe', '2027-01-01 00:00'],
    ['at midnight, which is hour 0', '2026-11-22T23:00:00Z', 'Europe/Vienna', '2026-11-23 00:00'],
    ['on the day before', '2026-03-01T04:59:00Z', 'America/New_York', '2026-02-28 23:59'],
    ['with an offset in its text', '2026-11-23T15:00:00+01:00', 'UTC', '2026-11-23 14:00'],
    ['with seconds, which are cut off', '2026-11-23T14:00:59.999Z', 'UTC', '2026-11-23 14:00'],
  ])('%s', (_, instant, zone, expected) => {
    expect(localText(localTimeOf(instant, zone))).toBe(expected)
  })

  test('counts month and day from 1', () => {
    expect(localTimeOf('2026-01-02T03:04:05Z', 'UTC')).toEqual({
      year: 2026,
      month: 1,
      day: 2,
      hour: 3,
      minute: 4,
    })
  })

  test('is a RangeError in a zone that does not exist', () => {
    expect(() => localTimeOf('2026-11-23T14:00:00Z', 'Europe/Atlantis')).toThrow(RangeError)
  })
})
