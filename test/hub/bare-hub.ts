import pino from 'pino'
import { createChannel } from '../../src/hub/channel.ts'
import type { Channel } from '../../src/hub/channel.ts'
import type { HubContext } from '../../src/hub/context.ts'
import { openDatabase } from '../../src/hub/database.ts'
import { createStore } from '../../src/hub/store.ts'
import { createFakeClock } from './fake-clock.ts'

/** What the hub's parts share, without a server. */
export const openBareHub = (dataDir: string): { hub: HubContext; channel: Channel } & AsyncDisposable => {
  const database = openDatabase(dataDir)
  const hub: HubContext = {
    store: createStore(database),
    clock: createFakeClock(),
    log: pino({ level: 'silent' }),
    outbound: { isConnected: () => false, wake: () => undefined },
    publicUrl: () => 'http://127.0.0.1',
  }
  return {
    hub,
    channel: createChannel(hub),
    [Symbol.asyncDispose]: async () => database.close(),
  }
}
