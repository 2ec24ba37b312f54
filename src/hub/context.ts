import type { FastifyBaseLogger } from 'fastify'
import { isoAt } from './clock.ts'
import type { HubClock } from './clock.ts'
import type { Gateway } from './gateway/gateway.ts'
import type { Store } from './store.ts'

/** The bridges that are connected now. What they are to do is read from the store, never handed over. */
export interface Outbound {
  isConnected(bridgeId: string): boolean
  /** Sends every connected bridge what the store holds for it. Called after a commit. */
  wake(): void
}

/** What the hub's parts share. */
export interface HubContext {
  readonly store: Store
  readonly clock: HubClock
  readonly log: FastifyBaseLogger
  readonly outbound: Outbound
  /** Where people reach the hub, without a slash at the end. Links that are handed out begin with it. */
  publicUrl(): string
  /** Only where the hub stands in front of another server; a sandbox has none. */
  readonly gateway?: Gateway
}

export const nowOf = (hub: HubContext): string => isoAt(hub.clock.now())
