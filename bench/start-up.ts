import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { openDesk } from './desk.ts'
import { endChild, startScript } from './child.ts'
import { listPackages } from './importer.ts'
import { createRow, type Row } from './row.ts'
import { summarize } from './statistics.ts'

const RUNS = 15
const LIMIT_MS = 500

/** From spawn to the line that says ready, with two encoders and a hub; in turns with what Node and the packages alone take. */
export const measureStartUp = async (): Promise<readonly Row[]> => {
  await using desk = await openDesk({ encoders: 2 })
  const packages = await listPackages(desk)
  const times = { node: [] as number[], packages: [] as number[], run: [] as number[] }
  const time = async <T>(into: number[], start: () => Promise<T>): Promise<T> => {
    const startedMs = performance.now()
    const started = await start()
    into.push(performance.now() - startedMs)
    return started
  }
  for (let turn = 0; turn < RUNS; turn += 1) {
    await time(times.node, () => once(spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' }), 'exit'))
    await endChild(await time(times.packages, () => startScript('import-packages.mjs', packages)))
    const daemon = await time(times.run, () => desk.start())
    await daemon.stop()
  }
  const alone = { name: 'packages alone', value: summarize(times.packages).median }
  return [
    createRow({ name: 'start to ready of run', unit: 'ms', limit: LIMIT_MS, comparison: alone }, times.run),
    createRow({ name: '  importing its packages alone', unit: 'ms' }, times.packages),
    createRow({ name: '  node -e 0', unit: 'ms' }, times.node),
  ]
}
