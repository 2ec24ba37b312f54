import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { RoomRow } from '../../src/contract/rooms.ts'
import { openDir, runCommand } from '../support/command-line.ts'
import { openControl } from '../support/fake-control-ports.ts'

const id = (number: number): string => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
const row = (number: number, change: Partial<RoomRow> = {}): RoomRow => ({
  acsEntranceId: id(number),
  displayName: `Room ${number}`,
  room: String(number),
  authorisation: null,
  system: null,
  ...change,
})
const header = 'acs_entrance_id,display_name,room,authorisation,system'

/** A file that goes with the test. */
const openFile = (text: string) => {
  const dir = openDir()
  const path = join(dir.path, 'list.csv')
  writeFileSync(path, text)
  return { path, [Symbol.dispose]: () => dir[Symbol.dispose]() }
}

test('rooms shows the list', async () => {
  await using control = await openControl()
  control.state.rooms = {
    rows: [row(101), row(7, { displayName: '', room: null, authorisation: 'POOL', system: 'SALTO' })],
    error: null,
  }
  const { code, out } = await runCommand(['rooms', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(out).toBe(
    `Rooms\n  Room 101  room 101            every system  ${id(101)}\n` +
      `  –         authorisation POOL  SALTO         ${id(7)}\n`,
  )
})

test('rooms says when the file can’t be used, and exits 3; status says it too', async () => {
  await using control = await openControl()
  control.state.rooms = {
    rows: [row(101)],
    error: new BridgeError('config_invalid', 'rooms.csv: line 3, column 2.'),
  }
  const list = await runCommand(['rooms', '--data', control.dataDir])
  expect(list.code).toBe(3)
  expect(list.out).toContain('rooms.csv: line 3, column 2. (config_invalid)')
  const status = await runCommand(['status', '--data', control.dataDir])
  expect(status.out).toContain('Rooms    1 in the list\n')
  expect(status.out).toContain('rooms.csv: line 3, column 2. (config_invalid)')
})

test('rooms import sends the whole list and says what it changed', async () => {
  await using control = await openControl()
  using file = openFile(`\uFEFF${header.replaceAll(',', ';')}\r\n${id(1)};Süd;1;;\r\n${id(2)};B;;;\r\n`)
  const { code, out } = await runCommand(['rooms', 'import', file.path, '--data', control.dataDir])
  expect(code).toBe(0)
  expect(control.calls).toEqual([{ replaceRooms: [row(1, { displayName: 'Süd' })], isDryRun: false }])
  expect(out).toBe(
    'Imported: 1 row.\n  1 added, 0 changed, 0 removed, 0 as before.\n' +
      '  1 row without a room or an authorisation was left out; `encoder-bridge rooms check` names what is missing.\n',
  )
})

test('rooms import --check changes nothing', async () => {
  await using control = await openControl()
  using file = openFile(`${header}\n${id(1)},A,1,,\n`)
  const argv = ['rooms', 'import', file.path, '--check', '--json', '--data', control.dataDir]
  const { code, out } = await runCommand(argv)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({
    rows: 1,
    gaps: 0,
    changes: { added: 1, changed: 0, removed: 0, unchanged: 0 },
  })
  expect(control.calls).toEqual([{ replaceRooms: [row(1, { displayName: 'A' })], isDryRun: true }])
})

test('rooms import --check looks at the file where no daemon runs, and an import needs one', async () => {
  using dir = openDir()
  using file = openFile(`${header}\n${id(1)},A,1,,\n`)
  const check = await runCommand(['rooms', 'import', file.path, '--check', '--data', dir.path])
  expect([check.code, check.out]).toEqual([0, 'The file is right: 1 row.\n'])
  const real = await runCommand(['rooms', 'import', file.path, '--data', dir.path])
  expect(real.code).toBe(3)
  expect(real.err).toContain('(daemon_unreachable)')
})

test('every mistake of a file is named by line and column, and nothing is sent', async () => {
  await using control = await openControl()
  using file = openFile(`${header}\n${id(1)},A,1,,\n101,B\u001B[2J,2,,\n${id(3)},C,3,5,\n`)
  const { code, err } = await runCommand(['rooms', 'import', file.path, '--data', control.dataDir])
  expect(code).toBe(2)
  expect(err).toContain(`${file.path}, line 3, column 2: (display_name) holds a line end or another control`)
  expect(err).toContain(`${file.path}, line 4, column 4: (authorisation) stands beside a room`)
  expect(err).toContain('The file has 2 mistakes; nothing was changed. (request_invalid)')
  expect(control.calls).toEqual([])
})

test('a file that is not there is told', async () => {
  await using control = await openControl()
  const argv = ['rooms', 'import', join(control.dataDir, 'nowhere.csv'), '--data', control.dataDir]
  const { code, err } = await runCommand(argv)
  expect([code, err]).toEqual([2, expect.stringContaining('The file cannot be read')])
})

const lobby = { acsEntranceId: id(7), displayName: 'Lobby' }
const suite = { acsEntranceId: id(101), displayName: '=Suite; "Süd"' }

test('rooms export writes every door of the hub, ready to be filled in and imported again', async () => {
  await using control = await openControl()
  control.state.rooms = { rows: [row(101)], error: null }
  control.state.roomsCheck = { entrances: [lobby, suite], missing: [lobby], unknown: [], unknownSystems: [] }
  const { code, out } = await runCommand(['rooms', 'export', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(out).toBe(`\uFEFF${header}\r\n${id(7)},Lobby,,,\r\n${id(101)},"'=Suite; ""Süd""",101,,\r\n`)
  const file = join(control.dataDir, 'fill-in.csv')
  const argv = ['rooms', 'export', '--semicolons', '--out', file, '--data', control.dataDir]
  expect((await runCommand(argv)).out).toContain(`${file}: 2 rows.`)
  expect(readFileSync(file, 'utf8')).toBe(
    `\uFEFF${header.replaceAll(',', ';')}\r\n${id(7)};Lobby;;;\r\n${id(101)};"'=Suite; ""Süd""";101;;\r\n`,
  )
  const again = await runCommand(argv)
  expect([again.code, again.err]).toEqual([2, expect.stringContaining('EEXIST')])
  await runCommand(['rooms', 'import', file, '--data', control.dataDir])
  expect(control.calls).toEqual([
    { replaceRooms: [row(101, { displayName: '=Suite; "Süd"' })], isDryRun: false },
  ])
})

test('rooms check names the doors without a room and exits 3', async () => {
  await using control = await openControl()
  control.state.roomsCheck = {
    entrances: [lobby, suite],
    missing: [lobby],
    unknown: [row(9)],
    unknownSystems: ['Old House'],
  }
  const { code, out } = await runCommand(['rooms', 'check', '--data', control.dataDir])
  expect(code).toBe(3)
  expect(out).toBe(
    [
      'Entrances without a room: 1 of 2',
      `  Lobby  ${id(7)}`,
      '  → `encoder-bridge rooms export` writes a list to fill in, `encoder-bridge rooms import` takes it.',
      'Rows of entrances that the hub doesn’t have',
      `  Room 9  9  ${id(9)}`,
      'Systems in the list that no configured device bears',
      '  Old House',
      '',
    ].join('\n'),
  )
})

test('rooms check exits 0 when every door has its room', async () => {
  await using control = await openControl()
  control.state.roomsCheck = { entrances: [lobby, suite], missing: [], unknown: [], unknownSystems: [] }
  const { code, out } = await runCommand(['rooms', 'check', '--data', control.dataDir])
  expect([code, out]).toEqual([0, 'Every entrance of the hub has its room: 2.\n'])
})
