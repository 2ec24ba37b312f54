/** Makes the journal at the given path do as many calls as it is told, each a commit, and prints how many a second. */
import { openJournal } from '../../src/journal/journal.ts'
import { makeScan } from './examples.ts'

const [path = '', calls = '0'] = process.argv.slice(2)
const journal = openJournal({ path })
const startedAt = performance.now()
for (let n = 0; n < Number(calls); n++) journal.accept(makeScan(`s${n}`))
const commitsPerSecond = Math.round((Number(calls) / (performance.now() - startedAt)) * 1000)
journal.close()
process.stdout.write(`${JSON.stringify({ commitsPerSecond })}\n`)
