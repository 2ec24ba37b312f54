import type { createMetrics } from './metrics.ts'
import type { ControlPorts } from './ports.ts'
import type { Serve } from './serve.ts'

/** A write is asked of the disk no oftener, however many ask. */
const FRESH_MS = 5_000

/** Serves what monitors ask. */
export const addHealthRoutes = (
  serve: Serve,
  { journal, isDeviceLoopAlive }: Pick<ControlPorts, 'journal' | 'isDeviceLoopAlive'>,
  {
    version,
    metrics,
    now,
  }: {
    readonly version: string
    readonly metrics: Pick<ReturnType<typeof createMetrics>, 'contentType' | 'text'>
    /** Milliseconds of a clock that never goes back. */
    now(): number
  },
): void => {
  let last = { isWritable: true, at: -Infinity }
  const isJournalWritable = (): boolean => {
    if (now() - last.at < FRESH_MS) return last.isWritable
    let isWritable = true
    try {
      journal.touch()
    } catch {
      isWritable = false
    }
    last = { isWritable, at: now() }
    return isWritable
  }

  serve.health(() => ({ status: 'ok', version }))

  serve.ready(({ reply }) => {
    const failing = [
      ...(isJournalWritable() ? [] : ['journal' as const]),
      ...(isDeviceLoopAlive() ? [] : ['devices' as const]),
    ]
    const isReady = failing.length === 0
    void reply.code(isReady ? 200 : 503)
    return { status: isReady ? 'ready' : 'not_ready', failing }
  })

  serve.metrics(async ({ reply }) => {
    void reply.type(metrics.contentType)
    return metrics.text()
  })
}
