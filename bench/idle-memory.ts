import { setTimeout as pause } from 'node:timers/promises'
import { openDesk } from './desk.ts'
import { endChild, startScript } from './child.ts'
import { listPackages } from './importer.ts'
import { residentMb } from './resident-memory.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const RUNS = 5
const IDLE_MS = 5_000
const LIMIT_MB = 120
const LIMIT_RATIO = 1.3

/** A daemon with two encoders and a hub that has been idle, in turns with a process that only imports its packages. */
export const measureIdleMemory = async (): Promise<readonly Row[]> => {
  await using desk = await openDesk({ encoders: 2 })
  const packages = await listPackages(desk)
  const sizes = { packages: [] as number[], run: [] as number[] }
  for (let turn = 0; turn < RUNS; turn += 1) {
    const daemon = await desk.startWhole()
    await pause(IDLE_MS)
    sizes.run.push(residentMb(daemon.pid))
    await daemon.stop()
    const importer = await startScript('import-packages.mjs', packages)
    await pause(IDLE_MS)
    sizes.packages.push(residentMb(importer.pid ?? 0))
    await endChild(importer)
  }
  const alone = { name: 'packages alone', value: summarize(sizes.packages).median, limit: LIMIT_RATIO }
  return [
    createRow(
      { name: 'idle RSS of run, two encoders', unit: 'MB', limit: LIMIT_MB, comparison: alone },
      sizes.run,
    ),
    createRow({ name: `  importing ${packages.join(', ')}`, unit: 'MB' }, sizes.packages),
  ]
}
