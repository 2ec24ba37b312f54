import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pino from 'pino'
import { expect, it } from 'vitest'
import { OrderId } from 'encoder-bridge/driver'
import { openDatabase } from '../../src/hub/database.ts'
import { startHub } from '../../src/hub/hub.ts'
import { createStore } from '../../src/hub/store.ts'
import { askHub } from '../hub/hub-fixture.ts'
import type { Answer } from '../hub/hub-fixture.ts'
import { poll } from '../support/site.ts'
import { openChaosDesk } from './chaos-desk.ts'
import type { ChaosDesk } from './chaos-desk.ts'
import { openChaosProxy } from './chaos-proxy.ts'
import type { ChaosCounts, ChaosProxy } from './chaos-proxy.ts'
import { createChance } from './chance.ts'
import type { Chance } from './chance.ts'
import { createFastClock } from './fast-clock.ts'
import { recordOn } from './holds-record.ts'

/** `CHAOS_ORDERS=5000` for a long run; `CHAOS_SEED` repeats one, as far as the machine lets it. */
const orderCount = Number(process.env['CHAOS_ORDERS'] ?? 200)
const seed = Number(process.env['CHAOS_SEED'] ?? Date.now() % 2 ** 31)
/** What waits for ten seconds waits for half a one. */
const SPEED = 20
const ENCODERS = 2
const BLOCKS_OF_RECORD = 3
const AT_ONCE = 8
/** The site key of the desks of these tests. */
const SITE_KEY = Buffer.alloc(32, 7).toString('base64')
const desks = [true, true, false, false].map((hasWebSockets, index) => ({ hasWebSockets, index }))

/** A hub whose demo system has the site key of the desks. */
const openHub = async (dataDir: string) => {
  const options = { dataDir, port: 0, seed: 'demo', logger: pino({ level: 'silent' }) } as const
  await (await startHub(options)).close()
  const database = openDatabase(dataDir)
  createStore(database).siteKeys.update({}, { key: SITE_KEY })
  database.close()
  const clock = createFastClock(SPEED)
  return { clock, hub: await startHub({ ...options, clock }) }
}

const pair = async (ask: Ask, index: number, acs_system_id: string) => {
  const base = '/seam/bridge/v1/bridge_client_sessions/create'
  const names = { bridge_client_name: `Desk ${index}`, bridge_client_time_zone: 'Europe/Berlin' }
  const { body } = await ask(base, { ...names, bridge_client_machine_identifier_key: `m${index}` })
  const { pairing_code, bridge_client_session_token: token } = body.bridge_client_session
  const claimed = await ask('/bridges/claim', { pairing_code, acs_system_id })
  return { token, bridgeId: claimed.body.bridge.bridge_id as string, acsSystemId: acs_system_id }
}

type Ask = (path: string, body?: object) => Promise<Answer>

/** One order for one card of a guest, and what became of it. */
interface Placed {
  readonly access_method_id: string
  readonly orderId: OrderId
  readonly desk: ChaosDesk
}

const isConnected = ({ link }: ChaosDesk): boolean => link.view().state === 'connected'
const isQuiet = ({ desk }: ChaosDesk): boolean =>
  desk.journal.open().length === 0 && desk.journal.waiting(1).length === 0

/** The credential on the card that was laid down for the order; null where it holds none. */
const contentOf = ({ desk, orderId }: Placed) => {
  const card = desk.cards.get(orderId)
  const emulator = card && desk.desk.emulators[card.encoder]
  return card === undefined || emulator === undefined
    ? null
    : recordOn(emulator.dumpCard(card.uid), card.uid, 'demo', desk.desk.siteKeys)
}

const writesOf = ({ desk, orderId }: Placed): number => {
  const card = desk.cards.get(orderId)
  const counts = card && desk.desk.emulators[card.encoder]?.countWrites(card.uid)
  return [...(counts ?? [])].reduce((sum, count) => sum + count, 0)
}

const addUp = (proxies: readonly ChaosProxy[]): ChaosCounts =>
  proxies.reduce(
    (sum, { counts }) => ({
      cut: sum.cut + counts.cut,
      delayed: sum.delayed + counts.delayed,
      duplicated: sum.duplicated + counts.duplicated,
      reordered: sum.reordered + counts.reordered,
    }),
    { cut: 0, delayed: 0, duplicated: 0, reordered: 0 },
  )

/** A guest's card and its order. Whoever orders may be impatient, and a stay may change while its card is made. */
const place = async (
  ask: Ask,
  chance: Chance,
  desk: ChaosDesk,
  number: number,
  acs_entrance_id: string,
): Promise<Placed> => {
  const { body } = await ask('/access_grants/create', {
    user_identity: { full_name: `Guest ${number}` },
    acs_entrance_ids: [acs_entrance_id],
    requested_access_methods: [{ mode: 'card' }],
    starts_at: '2026-01-01T00:00:00Z',
    ends_at: '2099-01-01T00:00:00Z',
  })
  const { access_grant_id, access_method_ids } = body.access_grant
  const wanted = {
    access_method_id: access_method_ids[0] as string,
    acs_encoder_id: desk.desk.encoderIds[chance.upTo(ENCODERS)],
    order_id: `order-${number}`,
    expires_in_seconds: 3_600,
  }
  const { action_attempt } = (await ask('/access_methods/encode', wanted)).body
  const { action_attempt_id } = action_attempt
  if (chance.oneIn(5)) {
    const again = await ask('/access_methods/encode', wanted)
    expect(again.body.action_attempt.action_attempt_id).toBe(action_attempt_id)
  }
  if (chance.oneIn(10)) {
    await poll(async () => (chance.oneIn(3) ? true : null))
    await ask('/access_grants/update', { access_grant_id, ends_at: '2098-01-01T00:00:00Z' })
  }
  return { access_method_id: wanted.access_method_id, orderId: OrderId.parse(action_attempt_id), desk }
}

/** Holds what the hub says of an order against its card. Resolves with whether the card is good. */
const judge = async (ask: Ask, order: Placed): Promise<boolean> => {
  const { access_method_id, orderId, desk } = order
  const { batch } = (await ask('/access_methods/get_related', { access_method_ids: [access_method_id] })).body
  const [method] = batch.access_methods
  const [credential] = batch.acs_credentials
  const card = contentOf(order)
  const isGood =
    card?.credentialId === credential.acs_credential_id &&
    Date.parse(card?.endsAt ?? '') === Date.parse(credential.ends_at)
  expect(method.is_issued, orderId).toBe(isGood)
  expect(method.is_encoding_required, orderId).toBe(!isGood)

  expect(desk.endings.get(orderId) ?? 0, orderId).toBeLessThanOrEqual(1)
  expect(desk.desk.journal.entry(orderId)?.phase ?? 'ended', orderId).toBe('ended')
  expect(writesOf(order), orderId).toBeLessThanOrEqual(BLOCKS_OF_RECORD)

  const { events } = (await ask('/events/list', { access_method_id })).body
  const issues = events.filter(({ event_type }: { event_type: string }) => event_type.endsWith('issued'))
  expect(issues.length, orderId).toBeLessThanOrEqual(card === null ? 0 : 1)
  if (isGood) expect(issues, orderId).toHaveLength(1)
  return isGood
}

it(`each of ${orderCount} orders ends once over a network that cuts, delays, doubles and reorders, and flags equal cards`, async () => {
  process.stdout.write(`chaos: ${orderCount} orders, CHAOS_SEED=${seed}\n`)
  const chance = createChance(seed)
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'))
  const { hub, clock } = await openHub(join(folder, 'hub'))
  const ask: Ask = (path, body = {}) => askHub(hub.endpoint, path, body, hub.apiKey)
  const open: ChaosDesk[] = []
  const proxies: ChaosProxy[] = []
  try {
    const [system] = (await ask('/acs/systems/list')).body.acs_systems
    const [lobby] = (await ask('/acs/entrances/list')).body.acs_entrances
    for (const { hasWebSockets, index } of desks) {
      const proxy = await openChaosProxy(hub.endpoint, chance, { hasWebSockets })
      proxies.push(proxy)
      const paired = await pair(ask, index, system.acs_system_id)
      const pairing = { ...paired, hubEndpoint: proxy.endpoint }
      const random = () => chance.next()
      open.push(await openChaosDesk({ index, encoders: ENCODERS, clock, random, pairing }))
    }
    await poll(async () => {
      const { acs_encoders } = (await ask('/acs/encoders/list')).body
      return acs_encoders.length === desks.length * ENCODERS ? true : null
    })

    const placed: Placed[] = []
    while (placed.length < orderCount) {
      const batch = Array.from({ length: Math.min(AT_ONCE, orderCount - placed.length) }, (_, index) =>
        place(
          ask,
          chance,
          open[index % open.length] as ChaosDesk,
          placed.length + index,
          lobby.acs_entrance_id,
        ),
      )
      placed.push(...(await Promise.all(batch)))
    }
    for (const { orderId } of placed) {
      await poll(async () => {
        const { body } = await ask('/action_attempts/get', { action_attempt_id: orderId })
        return body.action_attempt.status === 'pending' ? null : true
      })
    }
    // What the hub gave up is cancelled, or told, once the network lets it through.
    for (const proxy of proxies) proxy.calm()
    await poll(async () => (open.every(isConnected) && open.every(isQuiet) ? true : null))

    let goodCards = 0
    for (const one of placed) goodCards += (await judge(ask, one)) ? 1 : 0
    const counts = addUp(proxies)
    process.stdout.write(`chaos: ${goodCards} good cards, ${JSON.stringify(counts)}\n`)
    expect(Math.min(...Object.values(counts))).toBeGreaterThan(0)
    expect(goodCards).toBeGreaterThan(orderCount / 2)
  } finally {
    for (const one of open) await one.close()
    for (const proxy of proxies) await proxy.close()
    await hub.close()
    rmSync(folder, { recursive: true, force: true })
  }
})
