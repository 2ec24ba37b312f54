/** Opens the journals that it is told on standard input, one path a line, and prints `opened` or the error's code. It never closes any. */
import { createInterface } from 'node:readline'
import { toBridgeError } from '../../src/contract/errors.ts'
import type { Journal } from '../../src/contract/journal.ts'
import { openJournal } from '../../src/journal/journal.ts'

const held: Journal[] = []
createInterface({ input: process.stdin }).on('line', (path) => {
  try {
    held.push(openJournal({ path }))
    process.stdout.write('opened\n')
  } catch (thrown) {
    process.stdout.write(`${toBridgeError(thrown).code}\n`)
  }
})
process.stdout.write('ready\n')
