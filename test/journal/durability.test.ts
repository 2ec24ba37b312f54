import { execFileSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDatabase } from '../../src/journal/database.ts'
import { testUnless } from '../support/skip.ts'
import { childCommand, runChild } from './child.ts'
import { makeScan } from './examples.ts'
import { freshJournal, temporaryDirectory } from './fixtures.ts'

const reasonWithoutStrace = ((): string | null => {
  try {
    execFileSync('strace', ['-o', '/dev/null', 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return 'one sync a commit: strace does not run here'
  }
})()

const program = new URL('commit-often.ts', import.meta.url)

test('the log is written ahead, synced at every commit and held exclusively, also after the first writes', () => {
  const db = openDatabase(join(temporaryDirectory(), 'journal.db'))
  db.exec("INSERT INTO encoders VALUES ('usb', 'id')")
  const pragma = (name: string): unknown => Object.values(db.prepare(`PRAGMA ${name}`).get() as object)[0]
  expect(pragma('journal_mode')).toBe('wal')
  // 2 is FULL (sqlite.org/pragma.html#pragma_synchronous).
  expect(pragma('synchronous')).toBe(2)
  expect(pragma('locking_mode')).toBe('exclusive')
  expect(pragma('foreign_keys')).toBe(1)
  db.close()
})

testUnless(reasonWithoutStrace)(
  'every call that writes has synced the log before it returns, and a new directory is synced into its parent',
  async () => {
    const directory = temporaryDirectory()
    const trace = join(directory, 'trace')
    const calls = 100
    const command = childCommand(program, join(directory, 'data', 'journal.db'), String(calls))
    await runChild(['strace', '-f', '-y', '-e', 'trace=fsync,fdatasync', '-o', trace, ...command])
    const syncs = readFileSync(trace, 'utf8')
    const syncsOfTheLog = syncs.match(/f(?:data)?sync\(\d+<[^>]*journal\.db-wal>\)/g) ?? []
    expect(syncsOfTheLog.length).toBeGreaterThanOrEqual(calls)
    expect(syncs).toContain(`<${directory}>)`)
  },
  60_000,
)

test('the log stays short however much is written', () => {
  const { journal, path } = freshJournal()
  for (let n = 0; n < 400; n++) journal.accept(makeScan(`s${n}`))
  // 256 pages start a checkpoint; one more commit fits before the log starts over.
  expect(statSync(`${path}-wal`).size).toBeLessThan(1.2 * 1024 * 1024)
})

test('how many commits a second the disk allows is printed', async () => {
  const [figures] = await runChild(childCommand(program, join(temporaryDirectory(), 'journal.db'), '500'))
  process.stdout.write(`journal: ${JSON.stringify(figures)}\n`)
  expect(figures).toEqual({ commitsPerSecond: expect.any(Number) as unknown })
}, 60_000)
