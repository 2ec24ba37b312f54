import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, onTestFinished, test } from 'vitest'
import { openJournal } from '../../src/journal/journal.ts'
import { childCommand } from './child.ts'
import { makeOrder } from './examples.ts'
import { freshJournal, temporaryDirectory } from './fixtures.ts'

/** Another process that opens journals on demand and holds them until it dies. */
const startContender = async () => {
  const [file = '', ...args] = childCommand(new URL('contender.ts', import.meta.url))
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const answer = async (): Promise<unknown> => (await answers.next()).value
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL')
    await exited
  }
  onTestFinished(kill)
  expect(await answer()).toBe('ready')
  return {
    kill,
    tryOpen: (path: string): Promise<unknown> => {
      child.stdin.write(`${path}\n`)
      return answer()
    },
  }
}

const locked: unknown = expect.objectContaining({ code: 'journal_locked' })

test('a second opener is refused as long as the journal is open, and let in when it is closed', async () => {
  const { path, journal } = freshJournal()
  const contender = await startContender()
  expect(await contender.tryOpen(path)).toBe('journal_locked')
  journal.accept(makeOrder('o1', 1))
  expect(await contender.tryOpen(path)).toBe('journal_locked')
  journal.close()
  journal.close()
  expect(await contender.tryOpen(path)).toBe('opened')
})

test('the lock dies with the process that held it', async () => {
  const path = join(temporaryDirectory(), 'journal.db')
  const contender = await startContender()
  expect(await contender.tryOpen(path)).toBe('opened')
  expect(() => openJournal({ path })).toThrow(locked)
  await contender.kill()
  openJournal({ path }).close()
})

test('a refused opener in the same process does not break the lock that the process holds', async () => {
  const { path } = freshJournal()
  const contender = await startContender()
  for (let attempt = 0; attempt < 3; attempt++) expect(() => openJournal({ path })).toThrow(locked)
  expect(await contender.tryOpen(path)).toBe('journal_locked')
})

test('of several programs that start in the same instant never two get in, on a new journal as on an old one', async () => {
  const directory = temporaryDirectory()
  const contenders = await Promise.all(Array.from({ length: 3 }, startContender))
  let opened = 0
  for (let round = 0; round < 20; round++) {
    const path = join(directory, `${round}.db`)
    if (round % 2 === 1) openJournal({ path }).close()
    const answers = await Promise.all(contenders.map((contender) => contender.tryOpen(path)))
    const refused = answers.filter((answer) => answer === 'journal_locked').length
    expect(refused).toBeGreaterThanOrEqual(2)
    expect(answers.filter((answer) => answer === 'opened')).toHaveLength(3 - refused)
    opened += 3 - refused
  }
  expect(opened).toBeGreaterThan(0)
}, 60_000)
