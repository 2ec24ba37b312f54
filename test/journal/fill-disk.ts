/**
 * Fills a disk that is about to be full and prints a JSON line for each trial:
 * `fill-disk.ts limits DIR ELSEWHERE` lowers this process's file size limit step by step (writes beyond it fail with EFBIG);
 * `fill-disk.ts space DIR ELSEWHERE BALLAST` fills DIR's file system itself (ENOSPC), first with so many bytes;
 * `fill-disk.ts open DIR` only opens what is there.
 */
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { toBridgeError } from '../../src/contract/errors.ts'
import type { Journal } from '../../src/contract/journal.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { dump } from './dump.ts'
import { encoded, encoderId, intent, makeOrder } from './examples.ts'

const [mode, directory = '', elsewhere = '', ballastBytes] = process.argv.slice(2)

const codeOf = (call: () => void): string | null => {
  try {
    call()
    return null
  } catch (thrown) {
    return toBridgeError(thrown).code
  }
}

const steps = (journal: Journal, n: number): (() => void)[] => {
  const order = makeOrder(`o${n}`, n)
  return [
    () => journal.accept(order),
    () => journal.writing(order.orderId, intent),
    () => journal.verified(order.orderId),
    () => journal.end(order.orderId, encoderId, encoded),
    () => journal.acknowledge(n),
  ]
}

/** The files as they lie there, as if the process had died: a journal that was refused space keeps its lock until it does. */
const openCopy = (path: string): Journal => {
  const copy = join(mkdtempSync(join(elsewhere, 'copy-')), 'journal.db')
  for (const suffix of ['', '-wal', '-journal']) {
    if (existsSync(path + suffix)) copyFileSync(path + suffix, copy + suffix)
  }
  return openJournal({ path: copy })
}

/** Works until the disk refuses, then gives it room again and works on; what must be equal is told by the parent. */
const trial = (path: string, limit: (on: boolean) => void): object => {
  limit(true)
  let opened: Journal | undefined
  const refusedAtOpening = codeOf(() => void (opened = openJournal({ path })))
  if (opened === undefined) {
    limit(false)
    openCopy(path).close()
    return { refusedAtOpening }
  }
  const journal: Journal = opened
  let before = dump(journal)
  let refused: string | null = null
  let refusedStep = (): void => undefined
  for (let n = 1; refused === null; n++) {
    for (const step of steps(journal, n)) {
      before = dump(journal)
      refused = codeOf(step)
      refusedStep = step
      if (refused !== null) break
    }
  }
  const sameAfterRefusal = dump(journal) === before
  const again = codeOf(refusedStep)
  const sameAfterSecondRefusal = dump(journal) === before
  limit(false)
  const copy = openCopy(path)
  const sameAfterCrash = dump(copy) === before
  copy.close()
  const withRoom = codeOf(refusedStep)
  const changedWithRoom = dump(journal) !== before
  journal.close()
  return {
    refused,
    again,
    sameAfterRefusal,
    sameAfterSecondRefusal,
    sameAfterCrash,
    withRoom,
    changedWithRoom,
  }
}

const report = (result: object): void => void process.stdout.write(`${JSON.stringify(result)}\n`)

const setFileSizeLimit = (limit: string): void => {
  execFileSync('prlimit', ['--pid', String(process.pid), `--fsize=${limit}:unlimited`])
}

if (mode === 'limits') {
  // A prime step, so that the limit falls at ever other places inside frames and pages.
  for (let bytes = 0; bytes < 380_000; bytes += 8_191) {
    report(
      trial(join(directory, `${bytes}`, 'journal.db'), (on) =>
        setFileSizeLimit(on ? `${bytes}` : 'unlimited'),
      ),
    )
  }
} else if (mode === 'space') {
  const ballast = join(directory, 'ballast')
  const limit = (on: boolean): void => {
    if (on) writeFileSync(ballast, new Uint8Array(Number(ballastBytes)))
    else rmSync(ballast)
  }
  report(trial(join(directory, '0', 'journal.db'), limit))
} else {
  report({ code: codeOf(() => openJournal({ path: join(directory, '0', 'journal.db') }).close()) })
}
