import { randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { CHANNEL_VERSION } from '../contract/channel.ts'
import type { FromHub, PollRequest } from '../contract/channel.ts'
import type { Channel } from './channel.ts'
import type { Connection } from './channel-connection.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import type { BridgeRow } from './store-bridges.ts'

type Poll = z.infer<typeof PollRequest>

/** A line made of polls: messages wait in the queue for the next poll, or answer the one that holds still. */
interface PollLine {
  readonly connection: Connection
  readonly queue: FromHub[]
  /** Answers the poll that holds still. */
  release: (() => void) | null
  isClosed: boolean
}

/**
 * The long-polling way into the channel. Messages of one poll are heard in their order; a hello opens a new connection.
 * An answer that is lost on the way loses acknowledgements and orders, and both are sent again.
 */
export const createPolling = (hub: HubContext, channel: Channel) => {
  const lines = new Map<string, PollLine>()

  const open = (bridge: BridgeRow): PollLine => {
    const queue: FromHub[] = []
    const connection = channel.connect(bridge, {
      send: (message) => {
        queue.push(message)
        line.release?.()
      },
      close: () => {
        line.isClosed = true
        line.release?.()
      },
    })
    const line: PollLine = { connection, queue, release: null, isClosed: false }
    lines.set(bridge.bridge_id, line)
    return line
  }

  const strayGoodbye = (): FromHub => ({
    v: CHANNEL_VERSION,
    id: randomUUID(),
    type: 'goodbye',
    at: nowOf(hub),
    body: { code: 'hub_unreachable', message: 'The hub does not know this connection. Say hello.' },
  })

  const hold = (line: PollLine, waitMs: number, signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      line.release?.()
      const finish = (): void => {
        hub.clock.clearTimeout(timer)
        signal.removeEventListener('abort', finish)
        if (line.release === finish) line.release = null
        resolve()
      }
      const timer = hub.clock.setTimeout(finish, waitMs)
      signal.addEventListener('abort', finish)
      line.release = finish
    })

  /** The answer to one poll; the signal fires when the poll's caller has gone. */
  return async (bridge: BridgeRow, poll: Poll, signal: AbortSignal): Promise<FromHub[]> => {
    let line = lines.get(bridge.bridge_id)
    for (const message of poll.messages) {
      if (message.type === 'hello') {
        line?.connection.end()
        line = open(bridge)
      }
      line?.connection.receive(message)
    }
    if (line === undefined) return [strayGoodbye()]
    if (line.queue.length === 0 && !line.isClosed && poll.wait_ms > 0) await hold(line, poll.wait_ms, signal)
    if (signal.aborted) return []
    if (line.isClosed && lines.get(bridge.bridge_id) === line) lines.delete(bridge.bridge_id)
    return line.queue.splice(0)
  }
}
