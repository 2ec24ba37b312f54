import { performance } from 'node:perf_hooks'
import type { Daemon } from './desk.ts'

/** The daemon's events, as a client of the control API gets them. */
export interface FollowedEvents extends Disposable {
  /** Resolves with the instant at which the next event of that type came. */
  next(type: string): Promise<number>
}

export const followEvents = async (daemon: Daemon): Promise<FollowedEvents> => {
  const waiting: { readonly type: string; readonly resolve: (atMs: number) => void }[] = []
  const line = await daemon.follow(({ type }) => {
    const index = waiting.findIndex((one) => one.type === type)
    if (index >= 0) waiting.splice(index, 1)[0]?.resolve(performance.now())
  })
  return {
    next: (type) => new Promise((resolve) => waiting.push({ type, resolve })),
    [Symbol.dispose]: () => line[Symbol.dispose](),
  }
}
