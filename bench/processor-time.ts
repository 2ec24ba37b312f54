import { readFileSync } from 'node:fs'

/** Of /proc/PID/stat: 100 ticks a second on every Linux. */
const TICK_MS = 10

/** Processor time that a process has used so far, user and system; null where there is no /proc. */
export const processorMs = (pid: number): number | null => {
  if (process.platform !== 'linux') return null
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
  return (Number(afterName[11]) + Number(afterName[12])) * TICK_MS
}
