import { expect, test } from 'vitest'
import type { RoomRow } from '../../src/contract/rooms.ts'
import { checkRooms } from '../../src/rooms/check.ts'
import { rowsToFillIn } from '../../src/rooms/to-fill-in.ts'

const row = (acsEntranceId: string, room: string, system: string | null = null): RoomRow => ({
  acsEntranceId,
  displayName: 'as it was',
  room,
  authorisation: null,
  system,
})
const entrance = (acsEntranceId: string, displayName = acsEntranceId) => ({ acsEntranceId, displayName })

test('the check tells entrances without a row, rows without an entrance, and systems without a device', () => {
  const rows = [row('a', '1'), row('b', '2', 'salto'), row('c', '3', 'Old House'), row('x', '9')]
  const entrances = ['a', 'B', 'c', 'd'].map((id) => entrance(id))
  expect(checkRooms(rows, entrances, ['SALTO', 'Annex'])).toEqual({
    entrances,
    missing: [entrance('c'), entrance('d')],
    unknown: [row('x', '9')],
    unknownSystems: ['Old House'],
  })
})

test('the list to fill in has every entrance under its name, gaps included, and loses no row', () => {
  const rows = [row('b', '2'), row('x', '9'), row('b', 'B2', 'Annex')]
  expect(rowsToFillIn(rows, [entrance('A', 'Suite\u001B[31m'), entrance('b', 'Room B')])).toEqual([
    { acsEntranceId: 'a', displayName: 'Suite [31m', room: null, authorisation: null, system: null },
    { ...row('b', '2'), displayName: 'Room B' },
    { ...row('b', 'B2', 'Annex'), displayName: 'Room B' },
    row('x', '9'),
  ])
})
