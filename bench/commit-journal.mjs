/**
 * Prints, one JSON array a line, the commits a second of the built journal and of a bare 4 KiB append with fdatasync beside
 * it, in turns.
 */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { openJournal } from '../dist/src/journal/journal.js'

const [folder, turns, commits] = process.argv.slice(2)
const journal = openJournal({ path: join(folder, 'journal.db') })
const file = openSync(join(folder, 'bare'), 'a')
const page = new Uint8Array(4096)

const rate = (act) => {
  const startedMs = performance.now()
  for (let index = 0; index < Number(commits); index += 1) act()
  return (Number(commits) * 1000) / (performance.now() - startedMs)
}
const commit = () =>
  journal.noteAudit({
    event: 'refused',
    orderId: null,
    orderedBy: null,
    encoderId: null,
    uid: null,
    outcome: 'order_expired',
  })
const append = () => {
  writeSync(file, page)
  fdatasyncSync(file)
}

for (let turn = 0; turn < Number(turns); turn += 1) {
  process.stdout.write(`${JSON.stringify([rate(commit), rate(append)])}\n`)
}
closeSync(file)
journal.close()
