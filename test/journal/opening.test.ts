import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { expect, test } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import { testUnless } from '../support/skip.ts'
import { carryOut, makeOrder } from './examples.ts'
import { freshJournal, temporaryDirectory } from './fixtures.ts'

const code = (expected: string): unknown => expect.objectContaining({ code: expected })

/** Every file of a directory with its bytes. */
const contents = (directory: string): [string, string][] =>
  readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'latin1')])

/** A closed journal with one finished order in it. */
const oldJournal = (): string => {
  const { path, journal } = freshJournal()
  carryOut(journal, makeOrder('o1', 1))
  journal.close()
  return path
}

const withModes = testUnless(process.platform === 'win32' ? 'file modes: Windows has none' : null)

withModes('directory, file and log are made for the owner alone, whatever the umask', () => {
  const directory = join(temporaryDirectory(), 'a', 'b')
  const path = join(directory, 'journal.db')
  const umask = process.umask(0)
  const journal = openJournal({ path })
  process.umask(umask)
  journal.accept(makeOrder('o1', 1))
  const modes = [join(directory, '..'), directory, path, `${path}-wal`].map(
    (file) => statSync(file).mode & 0o777,
  )
  journal.close()
  expect(modes).toEqual([0o700, 0o700, 0o600, 0o600])
})

withModes('a file that others could read is closed to them', () => {
  const path = oldJournal()
  chmodSync(path, 0o644)
  openJournal({ path }).close()
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('a closed journal is one file', () => {
  const path = oldJournal()
  expect(readdirSync(join(path, '..'))).toEqual(['journal.db'])
})

test('a journal from a newer version is refused and left as it is', () => {
  const path = oldJournal()
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 99')
  db.close()
  const before = contents(join(path, '..'))
  expect(() => openJournal({ path })).toThrow(code('journal_newer'))
  expect(contents(join(path, '..'))).toEqual(before)
})

test('a newer journal that was not closed is refused and left as it is, log included, free for whoever knows it', () => {
  const source = oldJournal()
  const db = new DatabaseSync(source)
  db.exec("PRAGMA user_version = 99; PRAGMA journal_mode = WAL; INSERT INTO encoders VALUES ('usb', 'id')")
  const directory = temporaryDirectory()
  for (const suffix of ['', '-wal'])
    writeFileSync(join(directory, `j.db${suffix}`), readFileSync(source + suffix))
  db.close()
  const before = contents(directory)
  expect(before.map(([name]) => name)).toEqual(['j.db', 'j.db-wal'])
  expect(() => openJournal({ path: join(directory, 'j.db') })).toThrow(code('journal_newer'))
  expect(contents(directory)).toEqual(before)
  const newer = new DatabaseSync(join(directory, 'j.db'))
  newer.exec('BEGIN EXCLUSIVE; COMMIT')
  newer.close()
})

test.each([
  ['text', (): string => 'these are not the pages you are looking for\n'.repeat(500)],
  ['a torn header', (): string => 'SQLite format 3\0'],
])('a file that is no database (%s) is damaged, and kept', (_case, text) => {
  const path = join(temporaryDirectory(), 'journal.db')
  writeFileSync(path, text())
  const before = contents(join(path, '..'))
  expect(() => openJournal({ path })).toThrow(code('journal_damaged'))
  expect(contents(join(path, '..'))).toEqual(before)
})

test('a journal with a spoiled page is damaged, and kept', () => {
  const path = oldJournal()
  const bytes = readFileSync(path)
  // Page 2 is the root of the first table: its B-tree header becomes nonsense.
  writeFileSync(path, bytes.fill(0xee, 4096, 4096 + 64))
  expect(() => openJournal({ path })).toThrow(code('journal_damaged'))
  expect(readFileSync(path).equals(bytes)).toBe(true)
})

test("another program's database is not taken for a journal", () => {
  const path = join(temporaryDirectory(), 'hub.db')
  const db = new DatabaseSync(path)
  db.exec('CREATE TABLE devices (name TEXT)')
  db.close()
  const before = contents(join(path, '..'))
  expect(() => openJournal({ path })).toThrow(code('journal_damaged'))
  expect(contents(join(path, '..'))).toEqual(before)
})

test('a row of a shape that was never written is damage, not a crash', () => {
  const path = oldJournal()
  const db = new DatabaseSync(path)
  db.exec(`UPDATE orders SET content = '{"orderId":'`)
  db.close()
  const journal = openJournal({ path })
  expect(() => journal.recent(1)).toThrow(code('journal_damaged'))
  journal.close()
})

test('a journal whose making was cut short is made again', () => {
  const path = join(temporaryDirectory(), 'journal.db')
  writeFileSync(path, '')
  const journal = openJournal({ path })
  expect(journal.accept(makeOrder('o1', 1))).toBe('accepted')
  journal.close()
})

test('a directory that cannot be made is data_unwritable', () => {
  const file = join(temporaryDirectory(), 'file')
  writeFileSync(file, '')
  expect(() => openJournal({ path: join(file, 'journal.db') })).toThrow(code('data_unwritable'))
})

test('a directory in the place of the file is data_unwritable', () => {
  expect(() => openJournal({ path: temporaryDirectory() })).toThrow(code('data_unwritable'))
})

test('a path with characters that mean something in a URI is just a path', () => {
  const path = join(temporaryDirectory(), 'a#b %41', 'journal.db')
  openJournal({ path }).close()
  expect(existsSync(path)).toBe(true)
  const db = new DatabaseSync(path)
  db.exec('PRAGMA user_version = 99')
  db.close()
  expect(() => openJournal({ path })).toThrow(code('journal_newer'))
})

test('a closed journal answers with a fault of the program, not with silence', () => {
  const { journal } = freshJournal()
  journal.close()
  expect(() => journal.accept(makeOrder('o1', 1))).toThrow(code('internal_error'))
  expect(() => journal.open()).toThrow(code('internal_error'))
})
