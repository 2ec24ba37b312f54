import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { systemClock } from '../src/hub/clock.ts'
import type { HubContext } from '../src/hub/context.ts'
import { openDatabase } from '../src/hub/database.ts'
import { createWorkspace } from '../src/hub/operator-key.ts'
import { claimBridge, createSession, createSystem } from '../src/hub/pairing.ts'
import { createStore } from '../src/hub/store.ts'
import { startCommand } from '../test/support/command.ts'

/** A bridge that is paired already. */
export interface PairedBridge {
  readonly token: string
  readonly bridgeId: string
  readonly acsSystemId: string
  /** Of its workspace. */
  readonly apiKey: string
  readonly encoderId: string
}

/** A hub of the built command, with bridges that it knows. */
export interface HubProcess {
  readonly endpoint: string
  readonly pid: number
  readonly bridges: readonly PairedBridge[]
  post(apiKey: string, path: string, body: object): Promise<unknown>
  [Symbol.asyncDispose](): Promise<void>
}

/** Written before the hub starts: pairing a thousand over the network would meet the limit for strangers. */
const pairBridges = (dataDir: string, workspaces: number, bridgesEach: number): PairedBridge[] => {
  const database = openDatabase(dataDir)
  try {
    const hub: HubContext = {
      store: createStore(database),
      clock: systemClock,
      log: pino({ level: 'silent' }),
      outbound: { isConnected: () => false, wake: () => undefined },
      publicUrl: () => '',
    }
    return hub.store.transaction(() =>
      Array.from({ length: workspaces }, (_workspace, hotel) => {
        const { workspace, apiKey } = createWorkspace(hub, `Hotel ${hotel}`)
        const { workspace_id: workspaceId } = workspace
        const { acs_system_id: acsSystemId } = createSystem(
          hub,
          workspaceId,
          `Hotel ${hotel}`,
          'Europe/Berlin',
        )
        return Array.from({ length: bridgesEach }, (_bridge, desk): PairedBridge => {
          const names = { name: `Desk ${desk}`, timeZone: 'Europe/Berlin', machineKey: randomUUID() }
          const { session, token } = createSession(hub, names)
          const bridge = claimBridge(hub, workspaceId, session.pairing_code, acsSystemId)
          if (bridge === null) throw new Error('The pairing code was not taken.')
          return { token, bridgeId: bridge.bridge_id, acsSystemId, apiKey, encoderId: randomUUID() }
        })
      }).flat(),
    )
  } finally {
    database.close()
  }
}

export const openHubProcess = async (workspaces: number, bridgesEach: number): Promise<HubProcess> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-hub-'))
  const dataDir = join(folder, 'hub')
  const bridges = pairBridges(dataDir, workspaces, bridgesEach)
  const command = startCommand(['hub', '--data', dataDir, '--port', '0', '--json'], {
    BRIDGE_LOG__LEVEL: 'error',
  })
  const close = async (): Promise<void> => {
    await command.kill()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const { endpoint } = (await command.ready) as { endpoint: string }
    return {
      endpoint,
      pid: command.child.pid ?? 0,
      bridges,
      post: async (apiKey, path, body) => {
        const response = await fetch(`${endpoint}${path}`, {
          method: 'POST',
          headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
          body: JSON.stringify(body),
        })
        const answer: unknown = await response.json()
        if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
        return answer
      },
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
