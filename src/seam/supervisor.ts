import { type BridgeError, isBridgeError } from '../contract/errors.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { Clock } from '../contract/transport.ts'
import { createBackOff } from './back-off.ts'

/** WebSockets that fail so often in a row make polling worth a try. */
const WEB_SOCKET_TRIES = 2
const FIRST_PROBE_MS = 30_000
const LAST_PROBE_MS = 600_000
/** A hub that refuses the token is asked again this slowly: somebody must pair again, or repair the hub. */
const REFUSED_RETRY_MS = 60_000
/** A connection that lived this long was a good one, and the next attempt comes soon. */
const STABLE_AFTER_MS = 10_000

export type LinkTransport = Exclude<LinkView['transport'], 'rest' | null>

export type LinkState =
  | { readonly state: 'connecting' }
  | { readonly state: 'connected'; readonly transport: LinkTransport }
  | { readonly state: 'waiting' | 'refused'; readonly error: BridgeError }

/** A conversation under way; `end` is silent. */
export interface Attempt {
  end(): void
}

/** How an attempt goes, told after `dial` has returned. */
export interface AttemptListener {
  /** The hub has welcomed us. */
  onUp(): void
  /** Once: it is over, whether it was up or not. */
  onDown(error: BridgeError): void
}

export interface SupervisorSettings {
  readonly clock: Clock
  readonly random: () => number
  readonly dial: (transport: LinkTransport, listener: AttemptListener) => Attempt
  readonly onState: (state: LinkState) => void
}

export interface Supervisor {
  /** Ends whatever is under way, silently and for good. */
  stop(): void
}

/**
 * Keeps a conversation with the hub alive until it is stopped:
 *
 *   open → connecting ── welcome ─→ connected ── lost ──→ waiting ── back-off ──→ connecting …
 *               └───────── lost, token refused ───────→ waiting, refused ──┘
 *
 * After two WebSockets in a row that met no welcome, polling and WebSocket take turns. While polling works, a WebSocket
 * is tried beside it from time to time, and takes over at its welcome.
 */
export const openSupervisor = ({ clock, random, dial, onState }: SupervisorSettings): Supervisor => {
  const backOff = createBackOff(random)
  let current: Attempt | null = null
  let probe: Attempt | null = null
  let retryTimer: unknown = null
  let probeTimer: unknown = null
  let webSocketFailures = 0
  let lastTried: LinkTransport = 'polling'

  const stop = (): void => {
    clock.clearTimeout(retryTimer)
    clock.clearTimeout(probeTimer)
    current?.end()
    probe?.end()
    current = null
    probe = null
  }
  const retry = (error: BridgeError): void => {
    stop()
    const isRefused = isBridgeError(error, 'hub_unauthorized')
    onState({ state: isRefused ? 'refused' : 'waiting', error })
    retryTimer = clock.setTimeout(connect, isRefused ? REFUSED_RETRY_MS : backOff.nextMs())
  }
  /** Starts a conversation that becomes the current one at its welcome. */
  const begin = (transport: LinkTransport, onUnwelcome: (error: BridgeError) => void): Attempt => {
    let upSince: number | null = null
    const attempt = dial(transport, {
      onUp: () => {
        upSince = clock.now()
        if (current !== attempt) current?.end()
        current = attempt
        probe = null
        if (transport === 'websocket') webSocketFailures = 0
        else probeLater(FIRST_PROBE_MS)
        onState({ state: 'connected', transport })
      },
      onDown: (error) => {
        if (upSince === null) return onUnwelcome(error)
        if (clock.now() - upSince >= STABLE_AFTER_MS) backOff.reset()
        retry(error)
      },
    })
    return attempt
  }
  const probeLater = (delayMs: number): void => {
    probeTimer = clock.setTimeout(() => {
      probe = begin('websocket', () => {
        probe = null
        probeLater(Math.min(delayMs * 2, LAST_PROBE_MS))
      })
    }, delayMs)
  }
  const connect = (): void => {
    const isPollingNext = webSocketFailures >= WEB_SOCKET_TRIES && lastTried === 'websocket'
    lastTried = isPollingNext ? 'polling' : 'websocket'
    onState({ state: 'connecting' })
    current = begin(lastTried, (error) => {
      if (lastTried === 'websocket') webSocketFailures += 1
      retry(error)
    })
  }

  connect()
  return { stop }
}
