import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { strFromU8, unzipSync } from 'fflate'
import { expect, test } from 'vitest'
import { openJournal } from '../journal/journal.ts'
import { runDaemon } from './run-daemon.ts'

/** Nothing of these may leave the computer; each is planted where the daemon holds such a thing. */
const canaries = {
  token: 'canary-bridge-token-77aa',
  siteKey: Uint8Array.from({ length: 32 }, (_, index) => 0xc0 + (index % 16)),
  cardKey: 'C1A5C1A5C1A5',
  password: 'BADCAFE7',
  serverKey: 'canary-server-key-42',
  apiKey: 'seam_canary1_0123456789abcdef',
  guest: 'Zaphod Canary',
  pin: '8471920',
  instantKey: 'https://ik.seam.co/CANARYKEY',
  uid: '04C0FFEE',
} as const

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

const openSite = () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'bundle-'))
  const serverKey = join(dataDir, 'server.key')
  writeFileSync(serverKey, canaries.serverKey, { mode: 0o600 })
  writeFileSync(
    join(dataDir, 'config.yaml'),
    JSON.stringify({
      devices: [
        { driver: 'pn532', name: 'Front Desk', path: 'Front Desk', layout: 'ours' },
        { driver: 'virtual', name: 'Virtual', layout: 'ours' },
      ],
      layouts: [
        {
          name: 'ours',
          technologies: ['mifare-classic-1k'],
          content: { kind: 'record', sector: 2, key: { type: 'A', value: 'FFFFFFFFFFFF' } },
        },
        {
          name: 'other',
          technologies: ['mifare-classic-1k', 'ntag213'],
          content: {
            kind: 'record',
            key: { type: 'B', value: canaries.cardKey },
            password: { value: canaries.password },
          },
        },
      ],
    }),
  )
  const journal = openJournal({ path: join(dataDir, 'journal.db') })
  journal.setPairing({
    hubEndpoint: 'http://127.0.0.1:1',
    bridgeId: '7e7e7e7e-0000-4000-8000-000000000001',
    acsSystemId: '7e7e7e7e-0000-4000-8000-000000000002',
    token: canaries.token,
    machine: [],
  })
  journal.setSiteKeys({ current: 1, keys: new Map([[1, canaries.siteKey]]) })
  journal.close()
  return { dataDir, [Symbol.dispose]: () => rmSync(dataDir, { recursive: true, force: true }) }
}

const openDaemon = async (dataDir: string) => {
  const daemon = await runDaemon(
    { dataDir, configPath: null, port: 0, log: 'silent', isEmulated: true },
    '1.2.3',
  )
  const token = readFileSync(join(dataDir, 'control-token'), 'utf8').trim()
  const call = (path: string, body?: object): Promise<Response> =>
    fetch(`${daemon.endpoint}${path}`, {
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
    })
  return {
    token,
    call,
    ask: async (path: string, body?: object) =>
      (await (await call(path, body)).json()) as Record<string, unknown>,
    [Symbol.asyncDispose]: () => daemon.close(),
  }
}

const unzip = (bytes: Uint8Array): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, data]) => [name, strFromU8(data)]))

test('the bundle tells support what happened, and none of the secrets that were planted', async () => {
  using site = openSite()
  await using daemon = await openDaemon(site.dataDir)
  await daemon.ask('/v1/diagnostics/start', {})
  // Emulated encoders are given a card; its UID is nobody's to know.
  const { order_id: orderId } = await daemon.ask('/v1/tests', { encoder: 'Front Desk' })
  await expect
    .poll(async () => (await daemon.ask(`/v1/sessions/${String(orderId)}`))['state'], { timeout: 10_000 })
    .toBe('ended')
  const session = await daemon.ask(`/v1/sessions/${String(orderId)}`)
  expect(session).toMatchObject({ ending: { kind: 'encoded' } })
  const { card_uid: uid } = session['ending'] as { card_uid: string }
  // A request that is refused says why: whatever it held must not get into the log.
  await daemon.call('/v1/pairing', {
    hub_endpoint: canaries.instantKey,
    api_key: canaries.apiKey,
    pin: canaries.pin,
  })
  await daemon.call(`/v1/encodes`, { access_method_id: canaries.guest })
  await daemon.ask('/v1/diagnostics/stop', {})

  const files = unzip(new Uint8Array(await (await daemon.call('/v1/diagnostics/bundle')).arrayBuffer()))
  expect(Object.keys(files).toSorted()).toEqual([
    'README.txt',
    'audit.jsonl',
    'capture.jsonl',
    'config.json',
    'devices.json',
    'doctor.json',
    'journal.json',
    'log.jsonl',
    'status.json',
    'versions.json',
  ])
  const all = Object.values(files).join('\n').toLowerCase()
  const planted = [
    daemon.token,
    canaries.token,
    hex(canaries.siteKey),
    hex(canaries.siteKey).slice(0, 16),
    Buffer.from(canaries.siteKey).toString('base64'),
    canaries.cardKey,
    canaries.password,
    canaries.serverKey,
    canaries.apiKey,
    canaries.guest,
    canaries.pin,
    canaries.instantKey,
    uid,
    // What the record on the card begins with (src/cards/layouts/demo-record.ts): “EB”, version 1.
    '454201',
  ]
  for (const secret of planted) expect(all).not.toContain(secret.toLowerCase())

  expect(files['capture.jsonl']).toContain('"call":"write block 8"')
  expect(files['capture.jsonl']).toContain('"session ended"')
  expect(files['log.jsonl']).toContain('"ready"')
  expect(files['audit.jsonl']).toContain(String(orderId))
  expect(files['audit.jsonl']).toContain(`${'•'.repeat(uid.length - 2)}${uid.slice(-2)}`)
  expect(files['config.json']).toContain('"name": "ours"')
  expect(JSON.parse(files['versions.json'] ?? '')).toMatchObject({ encoder_bridge: '1.2.3' })
  expect(JSON.parse(files['doctor.json'] ?? '')).toHaveProperty('checks')
})
