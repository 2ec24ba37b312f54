import { existsSync, readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runCli } from '../../src/cli/cli.ts'
import { findings } from '../../src/cli/demo/findings.ts'
import type { Observed } from '../../src/cli/demo/findings.ts'
import type { DaemonOptions, PairOptions } from '../../src/cli/runtime.ts'
import { createFakeRuntime, createFakeTerminal } from '../support/command-line.ts'
import { frontDesk, openControl } from '../support/fake-control-ports.ts'

const method = { access_method_id: 'm1', display_name: 'Card', mode: 'card' }
const credential = { card_number: '4711' }

const observed: Observed = {
  before: { ...method, is_encoding_required: true, is_issued: false, issued_at: null },
  encode: { action_attempt_id: 'a1', status: 'success', result: {}, error: null },
  after: { ...method, is_encoding_required: false, is_issued: true, issued_at: '2026-11-23T10:00:00.000Z' },
  eventTypes: ['access_method.issued'],
  scan: {
    attempt: { action_attempt_id: 'a2', status: 'success', result: {}, error: null },
    result: { acs_credential_on_encoder: credential, acs_credential_on_seam: credential, warnings: [] },
  },
}

test('everything that was seen leaves nothing missing', () => {
  expect(findings(observed).filter(({ isSeen }) => !isSeen)).toEqual([])
})

test.each<[string, Partial<Observed>]>([
  ['before: is_encoding_required is true', { before: { ...observed.before, is_encoding_required: false } }],
  ['before: is_issued is false', { before: { ...observed.before, is_issued: true } }],
  ['the encode’s action attempt ends with success', { encode: { ...observed.encode, status: 'error' } }],
  ['after: is_encoding_required is false', { after: { ...observed.after, is_encoding_required: true } }],
  ['after: is_issued is true and issued_at is set', { after: { ...observed.after, issued_at: null } }],
  ['access_method.issued is in the events', { eventTypes: ['access_method.created'] }],
  [
    'the scan’s action attempt ends with success',
    { scan: { ...observed.scan, attempt: { ...observed.scan.attempt, status: 'error' } } },
  ],
  [
    'the card holds the credential that Seam has',
    {
      scan: {
        ...observed.scan,
        result: {
          acs_credential_on_encoder: { card_number: '1' },
          acs_credential_on_seam: credential,
          warnings: [],
        },
      },
    },
  ],
  [
    'the scan has no warnings',
    {
      scan: {
        ...observed.scan,
        result: {
          acs_credential_on_encoder: credential,
          acs_credential_on_seam: credential,
          warnings: [{ warning_code: 'acs_credential_on_encoder_out_of_sync' }],
        },
      },
    },
  ],
])('what was not seen is named: %s', (what, change) => {
  const missing = findings({ ...observed, ...change }).filter(({ isSeen }) => !isSeen)
  expect(missing.map((finding) => finding.what)).toEqual([what])
})

/** A public API that tells the story of one card; `isHonest` false forgets to issue it. */
const openPublicHub = async (isHonest: boolean, onCall: (path: string) => void = () => undefined) => {
  const calls: string[] = []
  let isEncoded = false
  const success = (result: unknown) => ({
    action_attempt: { action_attempt_id: 'a1', status: 'success', result },
  })
  const answers: Record<string, () => unknown> = {
    '/acs/systems/list': () => ({ acs_systems: [{ acs_system_id: 's1' }] }),
    '/bridges/claim': () => ({}),
    '/access_grants/list': () => ({ access_grants: [{ access_grant_id: 'g1' }] }),
    '/access_methods/list': () => ({
      access_methods: [{ ...observed.before, mode: 'code' }, observed.before],
    }),
    '/access_methods/get': () => ({ access_method: isEncoded ? observed.after : observed.before }),
    '/acs/encoders/list': () => ({ acs_encoders: [{ acs_encoder_id: 'e1', display_name: 'Front Desk' }] }),
    '/access_methods/encode': () => {
      isEncoded = isHonest
      return { action_attempt: { action_attempt_id: 'a1', status: 'pending', result: null } }
    },
    '/acs/encoders/scan_credential': () => success(null),
    '/action_attempts/get': () => success(observed.scan.result),
    '/events/list': () => ({
      events: isEncoded ? [{ event_type: 'access_method.issued', access_method_id: 'm1' }] : [],
    }),
  }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    calls.push(path)
    onCall(path)
    request.resume()
    const answer = answers[path]?.()
    response.writeHead(answer === undefined ? 404 : 200, {
      'content-type': 'application/json',
      connection: 'close',
    })
    response.end(JSON.stringify(answer ?? { error: { message: path } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { endpoint: `http://127.0.0.1:${port}`, calls, close: () => server.close() }
}

/** Runs the demo over the fake hub, on a machine that can start no emulator process. */
const playDemo = async (argv: readonly string[], isHonest = true, looksUntilReady = 0) => {
  let looks = 0
  let looksAtEncode = 0
  const hub = await openPublicHub(isHonest, (path) => {
    if (path === '/access_methods/encode') looksAtEncode = looks
  })
  const closed: string[] = []
  let started: DaemonOptions | undefined
  let config: unknown
  const { runtime } = createFakeRuntime({
    startHub: () =>
      Promise.resolve({
        endpoint: hub.endpoint,
        workspaceId: 'w1',
        apiKey: 'seam_key1',
        close: () => {
          closed.push('hub')
          hub.close()
          return Promise.resolve()
        },
      }),
    pair: ({ onCode, hubEndpoint }: PairOptions) => {
      onCode('AB12CD', '2026-11-23T10:03:00.000Z', 179_000)
      return Promise.resolve({ bridgeId: 'b1', acsSystemId: 's1', hubEndpoint })
    },
    startDaemon: async (options) => {
      started = options
      config = parse(readFileSync(join(options.dataDir, 'config.yaml'), 'utf8'))
      const control = await openControl(0, options.dataDir)
      Object.defineProperty(control.state, 'encoders', {
        get: () => [{ ...frontDesk, state: looks++ < looksUntilReady ? 'opening' : 'ready' }],
      })
      return {
        endpoint: control.endpoint,
        devices: [],
        close: () => {
          closed.push('daemon')
          return control.close()
        },
        closed: new Promise<void>(() => {}),
      }
    },
  })
  const fake = createFakeTerminal()
  const ended = runCli(['demo', ...argv], runtime, fake.terminal)
  return {
    fake,
    hub,
    ended,
    closed,
    daemon: () => started,
    config: () => config,
    /** How often the encoder had been looked at when the card was ordered. */
    looksAtEncode: () => looksAtEncode,
  }
}

test('demo --once exits 0 when all of it was observed over the public API, and leaves nothing behind', async () => {
  const { fake, hub, ended, closed, daemon } = await playDemo(['--once'])
  expect(await ended).toBe(0)
  expect(fake.written.out).toContain('before: is_encoding_required true, is_issued false, issued_at null')
  expect(fake.written.out).toContain(
    'after:  is_encoding_required false, is_issued true, issued_at 2026-11-23T10:00:00.000Z',
  )
  expect(fake.written.out).toContain('All of it was observed over the public API.')
  expect(hub.calls).toContain('/bridges/claim')
  expect(closed).toEqual(['daemon', 'hub'])
  expect(existsSync(dirname(daemon()?.dataDir ?? '/'))).toBe(false)
})

test('demo --once that misses something exits 1 and names it', async () => {
  const { fake, ended, closed } = await playDemo(['--once', '--json'], false)
  expect(await ended).toBe(1)
  expect(JSON.parse(fake.written.out)).toMatchObject({
    missing: [
      'after: is_encoding_required is false',
      'after: is_issued is true and issued_at is set',
      'access_method.issued is in the events',
    ],
  })
  expect(closed).toEqual(['daemon', 'hub'])
})

test('where no emulator process starts, the emulator runs inside the daemon, in one clear line', async () => {
  const { fake, ended, daemon, config } = await playDemo(['--once'])
  await ended
  expect(fake.written.out).toMatch(
    /^encoder {3}an emulated PN532 inside the daemon; no pseudo-terminal here: .+$/m,
  )
  expect(daemon()).toMatchObject({ isEmulated: true, port: 0, log: 'silent' })
  expect(config()).toMatchObject({ devices: [{ driver: 'pn532', name: 'Front Desk' }] })
})

test('demo orders nothing before the daemon has its encoder', async () => {
  const { ended, looksAtEncode } = await playDemo(['--once'], true, 3)
  expect(await ended).toBe(0)
  expect(looksAtEncode()).toBeGreaterThan(3)
})

test('demo stays up until Ctrl-C and says where to look next', async () => {
  const { fake, ended, closed, daemon } = await playDemo([])
  await expect.poll(() => fake.written.out).toContain('Everything stays up until Ctrl-C.')
  expect(fake.written.out).toContain(`npx encoder-bridge status --data ${daemon()?.dataDir}`)
  expect(closed).toEqual([])
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(closed).toEqual(['daemon', 'hub'])
})
