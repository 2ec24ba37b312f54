import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { test as base } from 'vitest'
import type { ChannelEncoder } from '../../src/contract/channel.ts'
import type { HubOptions, RunningHub } from '../../src/hub/hub.ts'
import { startHub } from '../../src/hub/hub.ts'
import { createFakeClock } from './fake-clock.ts'
import type { FakeClock } from './fake-clock.ts'
import { encoderNamed, openFakeBridge } from './fake-bridge.ts'
import type { FakeBridge } from './fake-bridge.ts'

// Answers are read as JSON of any shape; the schemas that they must meet are checked in openapi.test.ts.
// oxlint-disable-next-line typescript/no-explicit-any -- a test names what it expects
type Json = any

export interface Answer {
  readonly status: number
  readonly body: Json
}

export interface TestHub extends RunningHub {
  readonly clock: FakeClock
  readonly dataDir: string
  /** What the hub logged. */
  readonly log: string[]
  /** POSTs JSON with the operator's key, or with another bearer; null for none. */
  post(path: string, body?: object, bearer?: string | null): Promise<Answer>
  /** A paired bridge's token. */
  pair(name?: string, apiKey?: string, acsSystemId?: string, machineKey?: string): Promise<string>
  /** A bridge with a connected channel and the encoders told. */
  bridge(encoders?: ChannelEncoder[], token?: string): Promise<FakeBridge & { readonly token: string }>
  /** Stops the hub and starts it again on the same data; the port changes. */
  restart(options?: Partial<HubOptions>): Promise<TestHub>
}

export const readJson = async (response: Response): Promise<Json> => response.json()

export const askHub = async (
  endpoint: string,
  path: string,
  body: object | undefined,
  bearer: string | null,
): Promise<Answer> => {
  const response = await fetch(`${endpoint}${path}`, {
    method: 'POST',
    headers: {
      ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: await readJson(response) }
}

export const openTestHub = async (
  dataDir: string,
  clock: FakeClock,
  more: Partial<HubOptions> = {},
): Promise<TestHub> => {
  const log: string[] = []
  const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) })
  const hub = await startHub({ dataDir, port: 0, seed: 'demo', logger, clock, ...more })
  const bridges: FakeBridge[] = []
  const post: TestHub['post'] = (path, body, bearer = hub.apiKey) => askHub(hub.endpoint, path, body, bearer)

  const pair: TestHub['pair'] = async (
    name = 'Front Desk',
    apiKey = hub.apiKey,
    acs_system_id,
    machineKey = name,
  ) => {
    const { body } = await post(
      '/seam/bridge/v1/bridge_client_sessions/create',
      {
        bridge_client_name: name,
        bridge_client_time_zone: 'Europe/Berlin',
        bridge_client_machine_identifier_key: machineKey,
      },
      null,
    )
    const { pairing_code, bridge_client_session_token: token } = body.bridge_client_session
    const claim = await post(
      '/bridges/claim',
      { pairing_code, ...(acs_system_id && { acs_system_id }) },
      apiKey,
    )
    if (claim.status !== 200) throw new Error(JSON.stringify(claim.body))
    return token
  }
  const close = async (): Promise<void> => {
    await hub.close()
    await Promise.all(bridges.map((one) => one.closed))
  }
  return {
    ...hub,
    clock,
    dataDir,
    log,
    post,
    pair,
    bridge: async (encoders = [encoderNamed('Front Desk')], token) => {
      const bearer = token ?? (await pair())
      const bridge = await openFakeBridge(hub.endpoint, bearer)
      bridges.push(bridge)
      await bridge.hello(encoders)
      return { ...bridge, token: bearer }
    },
    restart: async (options = {}) => {
      await close()
      return openTestHub(dataDir, clock, { ...more, ...options })
    },
    close,
  }
}

/** The demo's one card, its encoder, and what a test needs to order an encode. */
export const demoCard = async (
  hub: TestHub,
): Promise<{ methodId: string; grantId: string; entranceIds: string[] }> => {
  const grants = await hub.post('/access_grants/list')
  const [grant] = grants.body.access_grants
  const entrances = await hub.post('/acs/entrances/list')
  return {
    methodId: grant.access_method_ids[0],
    grantId: grant.access_grant_id,
    entranceIds: entrances.body.acs_entrances.map((one: Json) => one.acs_entrance_id),
  }
}

/** A token of a desk that serves the demo hotel itself. */
export const pairDemoDesk = async (hub: TestHub): Promise<string> => {
  const { body } = await hub.post('/acs/systems/list')
  return hub.pair('Front Desk', hub.apiKey, body.acs_systems[0].acs_system_id)
}

export const eventTypes = async (hub: TestHub, filter: object = {}): Promise<string[]> => {
  const { body } = await hub.post('/events/list', filter)
  return body.events.map((one: Json) => one.event_type)
}

export const attemptOf = async (hub: TestHub, action_attempt_id: string): Promise<Json> =>
  (await hub.post('/action_attempts/get', { action_attempt_id })).body.action_attempt

export const test = base.extend<{ dataDir: string; hub: TestHub }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads the fixtures' names from the pattern
  dataDir: async ({}, use) => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hub-'))
    await use(dataDir)
    await rm(dataDir, { recursive: true, force: true })
  },
  hub: async ({ dataDir }, use) => {
    const hub = await openTestHub(dataDir, createFakeClock())
    await use(hub)
    await hub.close()
  },
})
