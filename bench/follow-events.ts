import { performance } from 'node:perf_hooks'
import type { Daemon } from './desk.ts'

/** The daemon's event stream, as a client of the control API reads it. */
export interface FollowedEvents extends Disposable {
  /** Resolves with the instant at which the next event of that type came. */
  next(type: string): Promise<number>
}

export const followEvents = async (daemon: Daemon): Promise<FollowedEvents> => {
  const stop = new AbortController()
  const lines = await daemon.follow('/v1/events', stop.signal)
  const waiting: { readonly type: string; readonly resolve: (atMs: number) => void }[] = []
  const read = async (): Promise<void> => {
    for await (const line of lines) {
      const { type } = JSON.parse(line) as { type: string }
      const index = waiting.findIndex((one) => one.type === type)
      if (index >= 0) waiting.splice(index, 1)[0]?.resolve(performance.now())
    }
  }
  // The stream ends when it is no longer followed.
  read().catch(() => undefined)
  return {
    next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
    [Symbol.dispose]: () => stop.abort(),
  }
}
