import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RoomRow } from '../../src/contract/rooms.ts'
import { openRoomList } from '../../src/rooms/room-list.ts'

const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`

const row = (number: number, change: Partial<RoomRow> = {}): RoomRow => ({
  acsEntranceId: id(number),
  displayName: `Room ${number}`,
  room: String(number),
  authorisation: null,
  system: null,
  ...change,
})

const openDir = () => {
  const path = mkdtempSync(join(tmpdir(), 'rooms-'))
  return {
    path,
    file: join(path, 'rooms.csv'),
    [Symbol.dispose]: (): void => rmSync(path, { recursive: true, force: true }),
  }
}

test('doors lead to rooms and authorisations in their order, each named once', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  list.replace(
    [
      row(102, { room: '102' }),
      row(1, { room: null, authorisation: 'POOL' }),
      row(101, { room: '101' }),
      row(9, { room: '101' }),
      row(2, { room: null, authorisation: 'POOL' }),
    ],
    false,
  )
  expect(list.of([id(101), id(1), id(102), id(9), id(2)], 'SALTO')).toEqual({
    rooms: ['101', '102'],
    authorisations: ['POOL'],
  })
})

test('a row of the system goes before one of all, in any case of letters', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  list.replace([row(1), row(1, { room: '0001', system: 'Main House' }), row(2, { system: 'Annex' })], false)
  expect(list.of([id(1).toUpperCase()], 'main house').rooms).toEqual(['0001'])
  expect(list.of([id(1)], 'Annex').rooms).toEqual(['1'])
  expect(() => list.of([id(2)], 'Main House')).toThrow(
    expect.objectContaining({ code: 'room_unmapped', detail: `Not in the list for “Main House”: ${id(2)}.` }),
  )
})

test('every door without a row is named', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  list.replace([row(1)], false)
  expect(() => list.of([id(3), id(1), id(2)], 'S')).toThrow(
    expect.objectContaining({ code: 'room_unmapped', detail: expect.stringContaining(`${id(3)}, ${id(2)}`) }),
  )
})

test('an import says what it changes, and what it wrote is there after a restart', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  const none = { added: 0, changed: 0, removed: 0, unchanged: 0 }
  expect(list.replace([row(1), row(2), row(3)], false)).toEqual({ ...none, added: 3 })
  const wanted = [row(1), row(2, { room: '0002' }), row(4)]
  const changes = { added: 1, changed: 1, removed: 1, unchanged: 1 }
  expect(list.replace(wanted, true)).toEqual(changes)
  expect(list.rows()).toEqual([row(1), row(2), row(3)])
  expect(list.replace(wanted, false)).toEqual(changes)
  expect(openRoomList(dir.file).rows()).toEqual(wanted)
  expect(readdirSync(dir.path)).toEqual(['rooms.csv'])
})

test.skipIf(process.platform === 'win32')(
  'the file is for its owner alone (no such modes on Windows)',
  () => {
    using dir = openDir()
    writeFileSync(`${dir.file}.new`, 'a draft that a crash left behind', { mode: 0o644 })
    openRoomList(dir.file).replace([row(1)], false)
    expect(statSync(dir.file).mode & 0o777).toBe(0o600)
    expect(readdirSync(dir.path)).toEqual(['rooms.csv'])
  },
)

test.each([
  ['an id that is none', row(1, { acsEntranceId: '101' }), 'rooms[1].acs_entrance_id is no UUID'],
  [
    'a room and an authorisation',
    row(1, { authorisation: '5' }),
    'rooms[1].authorisation stands beside a room',
  ],
  ['neither', row(1, { room: ' ' }), 'rooms[1] names neither a room nor an authorisation'],
  ['the door of another row', row(2, { system: null }), 'rooms[1].acs_entrance_id is the same as rooms[0]'],
  ['a line end in a name', row(1, { room: '1\n2' }), 'rooms[1].room holds a line end'],
])('one row with %s changes nothing at all', (_, wrong, detail) => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  list.replace([row(7)], false)
  const before = readFileSync(dir.file)
  expect(() => list.replace([row(2), wrong, row(3)], false)).toThrow(
    expect.objectContaining({ code: 'request_invalid', detail: expect.stringContaining(detail) }),
  )
  expect(readFileSync(dir.file)).toEqual(before)
  expect(list.rows()).toEqual([row(7)])
})

test('a file that cannot be written leaves the list as it was', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  list.replace([row(7)], false)
  mkdirSync(`${dir.file}.new`)
  writeFileSync(join(`${dir.file}.new`, 'in the way'), '')
  expect(() => list.replace([row(1)], false)).toThrow(expect.objectContaining({ code: 'data_unwritable' }))
  expect(list.rows()).toEqual([row(7)])
  expect(openRoomList(dir.file).rows()).toEqual([row(7)])
})

test('a file that is changed by hand is read again', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  expect([list.rows(), list.error()]).toEqual([[], null])
  writeFileSync(dir.file, `acs_entrance_id,room\n${id(1)},101\n`)
  expect(list.of([id(1)], 'S').rooms).toEqual(['101'])
  rmSync(dir.file)
  expect(list.rows()).toEqual([])
})

test('a file that is broken by hand is told, and the last good list stays in use until it is mended', () => {
  using dir = openDir()
  const list = openRoomList(dir.file)
  list.replace([row(1)], false)
  writeFileSync(dir.file, `acs_entrance_id,room\n${id(1)},1\n${id(2)},"2\n`)
  expect(list.of([id(1)], 'S').rooms).toEqual(['1'])
  expect(list.error()).toMatchObject({
    code: 'config_invalid',
    detail: `The list of rooms ${dir.file}: line 3, column 2: has a quotation mark that is never closed.`,
  })
  expect(() => list.of([id(2)], 'S')).toThrow(
    expect.objectContaining({ code: 'room_unmapped', detail: expect.stringContaining('line 3, column 2') }),
  )
  writeFileSync(dir.file, `acs_entrance_id,room\n${id(2)},2\n`)
  expect(list.of([id(2)], 'S').rooms).toEqual(['2'])
  expect(list.error()).toBeNull()
})

test('with a file that was broken before the start every order says why', () => {
  using dir = openDir()
  writeFileSync(dir.file, 'rooms\n101\n')
  const list = openRoomList(dir.file)
  expect(() => list.of([id(1)], 'S')).toThrow(
    expect.objectContaining({
      code: 'room_unmapped',
      detail: expect.stringContaining('“rooms” is no column'),
    }),
  )
  list.replace([row(1)], false)
  expect([list.error(), list.of([id(1)], 'S').rooms]).toEqual([null, ['1']])
})

test('a directory in the file’s place is told', () => {
  using dir = openDir()
  mkdirSync(dir.file)
  expect(openRoomList(dir.file).error()).toMatchObject({ detail: expect.stringContaining('it is no file') })
})

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a file that may not be read is told (root reads everything, Windows has no such modes)',
  () => {
    using dir = openDir()
    writeFileSync(dir.file, 'acs_entrance_id,room\n')
    chmodSync(dir.file, 0)
    expect(openRoomList(dir.file).error()).toMatchObject({ detail: expect.stringContaining('EACCES') })
  },
)
