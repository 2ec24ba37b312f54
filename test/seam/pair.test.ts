import { expect, test } from 'vitest'
import type { Clock } from '../../src/contract/transport.ts'
import { type PairOptions, pairWithHub } from '../../src/seam/pair.ts'
import { straight } from './desk.ts'
import { type Answer, BRIDGE_ID, HUB_TIME, openFakeHub, SYSTEM_ID } from './fake-hub.ts'

const SESSIONS = '/seam/bridge/v1/bridge_client_sessions'
const SYSTEMS = '/seam/bridge/v1/bridge_connected_systems/list'

/** As the OpenAPI document of @seamapi/types 1.977.0 has it, `errors` and `telemetry_*` left out as in the public fake. */
const session = (code: string, expiresAt: string): Answer => ({
  body: {
    bridge_client_session: {
      bridge_client_session_id: '88888888-8888-4888-8888-888888888888',
      bridge_client_session_token: 'desk_token',
      pairing_code: code,
      pairing_code_expires_at: expiresAt,
      bridge_client_name: 'Front Desk',
      bridge_client_time_zone: 'Europe/Vienna',
      bridge_client_machine_identifier_key: 'machine-1',
      tailscale_hostname: 'desk',
      tailscale_auth_key: null,
      created_at: HUB_TIME,
    },
    ok: true,
  },
})
const connected: Answer = {
  body: {
    bridge_connected_systems: [
      { bridge_id: BRIDGE_ID, acs_system_id: SYSTEM_ID, workspace_display_name: 'Hotel' },
    ],
    ok: true,
  },
}
const unconnected: Answer = { body: { bridge_connected_systems: [], ok: true } }

/** Where the two seconds between questions pass at once, and the ten of a deadline never do: the answers are real I/O. */
const createEagerClock = (): Clock => {
  let time = 0
  return {
    now: () => time,
    setTimeout: (callback, delayMs) =>
      delayMs > 2_000
        ? null
        : setImmediate(() => {
            time += delayMs
            callback()
          }),
    clearTimeout: (timer) => clearImmediate(timer as NodeJS.Immediate),
  }
}

const openRig = async (changes: Partial<PairOptions> = {}) => {
  const hub = await openFakeHub()
  hub.rest.set(`${SESSIONS}/create`, session('482913', '2026-06-01T12:03:00.000Z'))
  hub.rest.set('/bridges/claim', { body: { ok: true } })
  hub.rest.set(SYSTEMS, connected)
  hub.rest.set(`${SESSIONS}/report_status`, { body: { ok: true } })
  const clock = createEagerClock()
  const codes: [string, string][] = []
  const remaining: number[] = []
  const pair = () =>
    pairWithHub({
      hubEndpoint: hub.endpoint,
      network: straight,
      apiKey: null,
      enrolmentToken: null,
      acsSystemId: null,
      name: 'Front Desk',
      timeZone: 'Europe/Vienna',
      machineKey: 'machine-1',
      machine: ['mark-1'],
      clock,
      wallClock: () => new Date(HUB_TIME),
      signal: new AbortController().signal,
      onCode: (code, expiresAt, remainingMs) => {
        codes.push([code, expiresAt])
        remaining.push(remainingMs)
      },
      ...changes,
    })
  return { hub, codes, remaining, pair, [Symbol.asyncDispose]: () => hub.close() }
}

test('the installer may name the access system that the desk serves', async () => {
  await using rig = await openRig({ apiKey: 'seam_key_of_the_installer', acsSystemId: SYSTEM_ID })
  await rig.pair()
  expect(rig.hub.asked.find(({ path }) => path === '/bridges/claim')?.body).toEqual({
    pairing_code: '482913',
    acs_system_id: SYSTEM_ID,
  })
})

test('with an API key the code is claimed at once, and the pairing is what the journal keeps', async () => {
  await using rig = await openRig({ apiKey: 'seam_key_of_the_installer' })
  const pairing = {
    hubEndpoint: rig.hub.endpoint,
    bridgeId: BRIDGE_ID,
    acsSystemId: SYSTEM_ID,
    token: 'desk_token',
    machine: ['mark-1'],
  }
  expect(await rig.pair()).toEqual(pairing)
  expect(rig.codes).toEqual([])
  expect(rig.hub.asked).toEqual([
    {
      path: `${SESSIONS}/create`,
      authorization: undefined,
      body: {
        bridge_client_name: 'Front Desk',
        bridge_client_time_zone: 'Europe/Vienna',
        bridge_client_machine_identifier_key: 'machine-1',
      },
    },
    {
      path: '/bridges/claim',
      authorization: 'Bearer seam_key_of_the_installer',
      body: { pairing_code: '482913' },
    },
    { path: SYSTEMS, authorization: 'Bearer desk_token', body: {} },
    {
      path: `${SESSIONS}/report_status`,
      authorization: 'Bearer desk_token',
      body: { is_tailscale_connected: null, tailscale_ip_v4: null },
    },
  ])
})

test('without a key the code is shown, and the hub is asked every two seconds until somebody has claimed it', async () => {
  await using rig = await openRig()
  let asked = 0
  rig.hub.rest.set(SYSTEMS, () => ((asked += 1) < 4 ? unconnected : connected))
  const pairing = await rig.pair()
  expect(pairing.bridgeId).toBe(BRIDGE_ID)
  expect(rig.codes).toEqual([['482913', '2026-06-01T12:03:00.000Z']])
  expect(asked).toBe(4)
})

test('a code that expires is followed by a fresh one', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(`${SESSIONS}/create`, session('482913', '2026-06-01T12:00:03.000Z'))
  rig.hub.rest.set(`${SESSIONS}/regenerate_pairing_code`, session('771205', '2026-06-01T12:03:00.000Z'))
  rig.hub.rest.set(SYSTEMS, () => (rig.codes.length < 2 ? unconnected : connected))
  await rig.pair()
  expect(rig.codes.map(([code]) => code)).toEqual(['482913', '771205'])
})

test('after five codes that nobody claimed the pairing has expired', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(`${SESSIONS}/create`, session('482913', '2026-06-01T12:00:03.000Z'))
  rig.hub.rest.set(`${SESSIONS}/regenerate_pairing_code`, session('771205', '2026-06-01T12:00:03.000Z'))
  rig.hub.rest.set(SYSTEMS, unconnected)
  await expect(rig.pair()).rejects.toMatchObject({ code: 'pairing_expired' })
  expect(rig.codes).toHaveLength(5)
})

test('a computer whose clock is a day ahead shows its code as long as the hub keeps it', async () => {
  await using rig = await openRig({ wallClock: () => new Date('2026-06-02T12:00:00.000Z') })
  let asked = 0
  rig.hub.rest.set(SYSTEMS, () => ((asked += 1) < 4 ? unconnected : connected))
  await rig.pair()
  expect(rig.codes).toHaveLength(1)
  expect(rig.remaining).toEqual([180_000])
})

test('a hub that is away for a moment while the code is shown does not end the pairing', async () => {
  await using rig = await openRig()
  let asked = 0
  rig.hub.rest.set(SYSTEMS, () => ((asked += 1) < 3 ? { status: 503, body: {} } : connected))
  expect((await rig.pair()).bridgeId).toBe(BRIDGE_ID)
})

test('a bad API key is blamed on the key, not on a token that is not there yet', async () => {
  await using rig = await openRig({ apiKey: 'seam_wrong' })
  rig.hub.rest.set('/bridges/claim', { status: 401, body: {} })
  await expect(rig.pair()).rejects.toMatchObject({
    code: 'hub_refused',
    detail: expect.stringContaining('API key'),
  })
})

test('a hub that takes only certified clients says so', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(`${SESSIONS}/create`, { status: 401, body: {} })
  await expect(rig.pair()).rejects.toMatchObject({ code: 'hub_refused' })
})

test('a hub that claims and connects nothing is not understood', async () => {
  await using rig = await openRig({ apiKey: 'seam_key' })
  rig.hub.rest.set(SYSTEMS, unconnected)
  await expect(rig.pair()).rejects.toMatchObject({ code: 'hub_protocol' })
})

test('an address that is no hub’s says what it answered', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(`${SESSIONS}/create`, { type: 'text/html', body: '<html>' })
  await expect(rig.pair()).rejects.toMatchObject({
    code: 'hub_protocol',
    detail: expect.stringContaining('text/html'),
  })
})

test.each([
  ['http://hub.example', 'hub_insecure'],
  ['http://127.0.0.1.example.com', 'hub_insecure'],
  ['http://192.168.1.5:27412', 'hub_insecure'],
  ['ftp://127.0.0.1', 'config_invalid'],
  ['the hub', 'config_invalid'],
])('%s is refused with %s before anything is sent', async (hubEndpoint, code) => {
  await using rig = await openRig({ hubEndpoint })
  await expect(rig.pair()).rejects.toMatchObject({ code })
})

test('pairing stops when it is told to', async () => {
  const asker = new AbortController()
  await using rig = await openRig({ signal: asker.signal, onCode: () => asker.abort() })
  rig.hub.rest.set(SYSTEMS, unconnected)
  await expect(rig.pair()).rejects.toMatchObject({ code: 'aborted' })
})
