import { createConnection } from './channel-connection.ts'
import type { Connection, Line } from './channel-connection.ts'
import { nowOf } from './context.ts'
import type { HubContext, Outbound } from './context.ts'
import type { BridgeRow } from './store-bridges.ts'

/** The bridges that are here. Each has one connection; a newer one takes the older one's place. */
export interface Channel extends Outbound {
  /** A bridge has come over a line; it is connected once its hello is accepted. */
  connect(bridge: BridgeRow, line: Line): Connection
  /** Once a second: resends, gives up silent bridges. */
  tick(): void
  close(): void
}

export const createChannel = (hub: HubContext): Channel => {
  const welcomed = new Map<string, Connection>()
  const all = new Set<Connection>()

  const noteSeen = (bridgeId: string): void => {
    try {
      hub.store.bridges.update({ bridge_id: bridgeId }, { last_seen_at: nowOf(hub) })
    } catch (error) {
      hub.log.warn({ err: error, bridgeId }, 'last sight of the bridge not stored')
    }
  }
  const onWelcome = (connection: Connection): void => {
    const { bridge_id: bridgeId } = connection.bridge
    const older = welcomed.get(bridgeId)
    welcomed.set(bridgeId, connection)
    older?.goodbye('aborted', 'A newer connection of this bridge took over.')
    noteSeen(bridgeId)
  }
  const onEnd = (connection: Connection): void => {
    all.delete(connection)
    const { bridge_id: bridgeId } = connection.bridge
    if (welcomed.get(bridgeId) !== connection) return
    welcomed.delete(bridgeId)
    noteSeen(bridgeId)
  }

  return {
    connect: (bridge, line) => {
      const connection = createConnection(hub, bridge, line, { onWelcome, onEnd })
      all.add(connection)
      return connection
    },
    isConnected: (bridgeId) => welcomed.has(bridgeId),
    wake: () => {
      // Whom there is something for: with a thousand bridges, a question to each would be most of every request's work.
      const bridgesWithNews = (): Set<string | null> => {
        try {
          const { orders, bridges, sessions } = hub.store
          const concerned = [
            ...orders.query('where t.settled_at is null group by t.bridge_id'),
            ...bridges.query('where t.revoked_at is not null'),
            ...sessions.query('where t.next_token is not null'),
          ]
          return new Set(concerned.map((row) => row.bridge_id))
        } catch (error) {
          // What woke us is committed. The next one who wakes sends it, or the bridge's next hello.
          hub.log.error({ err: error }, 'what bridges are to be told not read')
          return new Set()
        }
      }
      for (const bridgeId of bridgesWithNews()) {
        if (bridgeId !== null) welcomed.get(bridgeId)?.flush()
      }
    },
    tick: () => {
      for (const connection of all) connection.tick()
    },
    close: () => {
      for (const connection of all) connection.end()
    },
  }
}
