import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Journal } from '../../src/contract/journal.ts'
import { openJournal } from '../../src/journal/journal.ts'

/** A directory of its own, removed with the test. */
export const temporaryDirectory = (parent = tmpdir()): string => {
  const directory = mkdtempSync(join(parent, 'journal-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true, maxRetries: 3 }))
  return directory
}

/** A wall clock that stands until it is set. */
const createClock = (start = '2026-05-01T10:00:00.000Z') => {
  let instant = new Date(start)
  return { now: () => instant, set: (to: string) => void (instant = new Date(to)) }
}

/** A fresh journal, closed and removed with the test. `reopen` closes it and opens the same file again, `startOver` another one. */
export const freshJournal = (clock = createClock()) => {
  const directory = temporaryDirectory()
  let path = join(directory, 'journal.db')
  const open = (): Journal => openJournal({ path, now: clock.now })
  let journal = open()
  onTestFinished(() => journal.close())
  const reopen = (): Journal => {
    journal.close()
    journal = open()
    return journal
  }
  return {
    clock,
    get path() {
      return path
    },
    get journal() {
      return journal
    },
    reopen,
    startOver: (name: string): Journal => {
      path = join(directory, name, 'journal.db')
      return reopen()
    },
  }
}
