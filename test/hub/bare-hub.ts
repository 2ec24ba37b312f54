import pino from 'pino'
import { createChannel } from '../../src/hub/channel.ts'
import type { Channel } from '../../src/hub/channel.ts'
import type { HubContext } from '../../src/hub/context.ts'
import { openDatabase } from '../../src/hub/database.ts'
import { createStore } from '../../src/hub/store.ts'
import { createFakeClock } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'

/** What the hub's parts share, without a server. */
export const openBareHub = (
  dataDir: string,
  log: string[] = [],
): { hub: HubContext; channel: Channel; clock: FakeClock } & AsyncDisposable => {
  const clock = createFakeClock()
  const database = openDatabase(dataDir)
  const hub: HubContext = {
    store: createStore(database),
    clock,
    log: pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }),
    outbound: { isConnected: () => false, wake: () => undefined },
    publicUrl: () => 'http://127.0.0.1',
  }
  return {
    hub,
    clock,
    channel: createChannel(hub),
    [Symbol.asyncDispose]: async () => database.close(),
  }
}
