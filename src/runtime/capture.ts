import type { Clock } from '../contract/transport.ts'
import type { CaptureView } from '../control/upkeep-ports.ts'

const MAX_MS = 10 * 60_000
const MAX_CHARACTERS = 8_000_000

/** What the daemon says while a fault is shown again: the whole log, and what crosses the lines to the devices. */
export interface Capture {
  view(): CaptureView | null
  /** Begins with nothing; one that runs already goes on as it is. */
  start(): void
  stop(): void
  isRunning(): boolean
  /** Keeps an entry while a capture runs. */
  take(entry: object): void
  /** JSON lines of the capture that runs, or of the last one. */
  lines(): readonly string[]
}

/** A capture ends by itself after ten minutes, and when it has become too long to be sent to anybody. */
export const createCapture = (clock: Clock, wallClock: () => Date): Capture => {
  let lines: string[] = []
  let characters = 0
  let running: { readonly startedAt: string; readonly endsAt: string; readonly timer: unknown } | null = null

  const keep = (entry: object): void => {
    const line = JSON.stringify({ at: wallClock().toISOString(), ...entry })
    lines.push(line)
    characters += line.length
  }
  const stop = (why: string): void => {
    if (running === null) return
    clock.clearTimeout(running.timer)
    running = null
    keep({ capture: why })
  }
  return {
    view: () =>
      running === null ? null : { startedAt: running.startedAt, endsAt: running.endsAt, lines: lines.length },
    start: () => {
      if (running !== null) return
      lines = []
      characters = 0
      const now = wallClock().getTime()
      running = {
        startedAt: new Date(now).toISOString(),
        endsAt: new Date(now + MAX_MS).toISOString(),
        timer: clock.setTimeout(() => stop('time is up'), MAX_MS),
      }
    },
    stop: () => stop('stopped'),
    isRunning: () => running !== null,
    take: (entry) => {
      if (running === null) return
      keep(entry)
      if (characters > MAX_CHARACTERS) stop('full')
    },
    lines: () => lines,
  }
}
