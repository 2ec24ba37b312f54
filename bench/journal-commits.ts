import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const TURNS = 9
const COMMITS = 200

const childPath = fileURLToPath(new URL('commit-journal.mjs', import.meta.url))

/** Durable commits of the real journal, in turns with what the disk alone does in the same folder. */
export const measureJournalCommits = (): Promise<readonly Row[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-journal-'))
  try {
    const printed = execFileSync(process.execPath, [childPath, folder, String(TURNS), String(COMMITS)], {
      encoding: 'utf8',
    })
    const rates = printed
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as [number, number])
    const bare = summarize(rates.map(([, rate]) => rate)).median
    return Promise.resolve([
      createRow(
        { name: 'journal commits', unit: '1/s', comparison: { name: 'bare append and sync', value: bare } },
        rates.map(([rate]) => rate),
      ),
    ])
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
