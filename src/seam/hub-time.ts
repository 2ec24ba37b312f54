import type { Clock } from '../contract/transport.ts'

/** The hub's clock, carried on by the monotonic one, so that a step of the wall clock changes nothing about it. */
export interface HubTime {
  /** Milliseconds since 1970, as the hub counts them now. */
  nowMs(): number
  /** This computer's clock minus the hub's, now. */
  skewMs(): number
}

export const createHubTime = (saidAt: string, clock: Clock, wallClock: () => Date): HubTime => {
  const offsetMs = Date.parse(saidAt) - clock.now()
  const nowMs = (): number => clock.now() + offsetMs
  return { nowMs, skewMs: () => Math.round(wallClock().getTime() - nowMs()) }
}
