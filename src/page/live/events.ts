import { BridgeError } from '../../contract/errors.ts'
import { EventBody } from '../../control/schema/events.ts'

const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 5_000

interface EventsOptions {
  /** The line is up: whatever was known may be old. */
  readonly onOpen: () => Promise<void>
  readonly onEvent: (event: EventBody) => void
  /** The line could not be made or has gone. True ends the attempts: nobody is signed in. */
  readonly onFailure: (error: unknown) => boolean
  /** Says by a rejection why there is no line: a browser does not tell what a WebSocket was refused for. */
  readonly probe: () => Promise<unknown>
}

const parseEvent = (text: unknown): EventBody | null => {
  if (typeof text !== 'string') return null
  try {
    const parsed = EventBody.safeParse(JSON.parse(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Follows the daemon's events for as long as the page lives, over a new line whenever one ends. */
export const followEvents = (options: EventsOptions): void => {
  let pauseMs = FIRST_PAUSE_MS
  const again = (): void => {
    setTimeout(connect, pauseMs)
    pauseMs = Math.min(pauseMs * 2, LONGEST_PAUSE_MS)
  }
  const explain = async (): Promise<void> => {
    try {
      await options.probe()
      options.onFailure(new BridgeError('daemon_unreachable'))
    } catch (error) {
      if (options.onFailure(error)) return
    }
    again()
  }
  const connect = (): void => {
    const address = new URL('/v1/events', window.location.href)
    address.protocol = address.protocol.replace('http', 'ws')
    const socket = new WebSocket(address)
    socket.addEventListener('open', () => {
      pauseMs = FIRST_PAUSE_MS
      options.onOpen().catch((error: unknown) => {
        if (!options.onFailure(error)) socket.close()
      })
    })
    socket.addEventListener('message', ({ data }) => {
      const event = parseEvent(data)
      if (event !== null) options.onEvent(event)
    })
    socket.addEventListener('close', () => void explain())
  }
  connect()
}
