import pino from 'pino'
import { openDatabase } from '../../src/hub/database.ts'
import { createWorkspace } from '../../src/hub/operator-key.ts'
import { createStore } from '../../src/hub/store.ts'
import type { TestHub } from './hub-fixture.ts'

/** Stops the hub, writes a second workspace into its store and starts it again. */
export const addSecondWorkspace = async (first: TestHub): Promise<{ hub: TestHub; apiKey: string }> => {
  await first.close()
  const database = openDatabase(first.dataDir)
  const { apiKey } = createWorkspace(
    {
      store: createStore(database),
      clock: first.clock,
      log: pino({ level: 'silent' }),
      outbound: { isConnected: () => false, wake: () => undefined },
      publicUrl: () => 'http://127.0.0.1',
    },
    'Other Hotel',
  )
  database.close()
  return { hub: await first.restart(), apiKey }
}
