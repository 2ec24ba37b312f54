import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Desk } from './desk.ts'

const recorder = new URL('record-imports.mjs', import.meta.url).href

/** Long enough for whatever an idle daemon loads late. */
const SETTLE_MS = 2_000

/**
 * The packages that a daemon of this desk has imported when it is connected, its encoders are ready and it is idle: taken
 * down from a running one, so that the comparison follows the product. Packages that packages import are theirs.
 */
export const listPackages = async (desk: Desk): Promise<readonly string[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-imports-'))
  const file = join(folder, 'imports')
  try {
    const daemon = await desk.startWhole({ NODE_OPTIONS: `--import=${recorder}`, BENCH_IMPORTS: file })
    await pause(SETTLE_MS)
    await daemon.stop()
    const noted = readFileSync(file, 'utf8').trim().split('\n')
    return [...new Set(noted)].filter((name) => !name.startsWith('encoder-bridge/')).toSorted()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
