import type { IncomingMessage } from 'node:http'
import { findApiKey } from './api-keys.ts'
import { callerAddress } from './caller-address.ts'
import type { HubContext } from './context.ts'
import { bearerIn } from './endpoint.ts'
import { createLimiter } from './limiter.ts'
import { findSession } from './bridge-access.ts'

type Request = Pick<IncomingMessage, 'socket' | 'headers'>

/** What stands before every request and every WebSocket, whatever it asks for. */
export interface Gate {
  /** Counts the request against its caller. Throws 429. */
  admit(request: Request): void
  /** How long a bridge that has sent a message has to wait with the next one, milliseconds; 0 for not at all. */
  countMessage(bridgeId: string): number
}

/**
 * One limit for HTTP and WebSockets: each API key and each bridge has its own, and whoever shows neither shares one with their address, so
 * that strangers can't lock out those who belong here.
 */
export const createGate = (hub: HubContext): Gate => {
  const holders = createLimiter(hub.clock, { burst: 1_000, perSecond: 200 })
  const strangers = createLimiter(hub.clock, { burst: 200, perSecond: 20 })
  const messages = createLimiter(hub.clock, { burst: 1_000, perSecond: 200 })

  const holderOf = (request: Request): string | null => {
    const token = bearerIn(request)
    if (token === null) return null
    return findApiKey(hub, token)?.api_key_id ?? findSession(hub, token)?.bridge_client_session_id ?? null
  }

  return {
    admit: (request) => {
      const holder = holderOf(request)
      if (holder === null) strangers.take(callerAddress(request))
      else holders.take(holder)
    },
    countMessage: (bridgeId) => {
      const waitMs = messages.waitMs(bridgeId)
      if (waitMs === 0) messages.take(bridgeId)
      return messages.waitMs(bridgeId)
    },
  }
}
