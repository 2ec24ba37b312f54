import { randomUUID } from 'node:crypto'
import { describe, expect } from 'vitest'
import { collectRoutes } from '../support/collect-routes.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import type { FakeBridge } from './fake-bridge.ts'
import { demoCard, pairDemoDesk, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import { addSecondWorkspace } from './second-workspace.ts'

const LISTS = [
  '/acs/systems/list',
  '/acs/entrances/list',
  '/acs/encoders/list',
  '/acs/credentials/list',
  '/access_grants/list',
  '/action_attempts/list',
  '/api_keys/list',
  '/bridges/overview',
  '/client_sessions/list',
  '/enrolment_tokens/list',
  '/instant_keys/list',
  '/user_identities/list',
  '/webhooks/list',
]

/** Every id in an answer, under the name that it is asked for by; lists under the name of one. */
const idsIn = (value: unknown, into = new Map<string, Set<string>>()): Map<string, Set<string>> => {
  if (typeof value !== 'object' || value === null) return into
  for (const [key, inner] of Object.entries(value)) {
    const name = key.replace(/_ids$/, '_id')
    const found = [inner].flat().filter((one) => typeof one === 'string')
    if (name.endsWith('_id') && found.length > 0) {
      into.set(name, new Set([...(into.get(name) ?? []), ...found]))
    }
    idsIn(inner, into)
  }
  return into
}

/** A site with everything that there can be: grants of each kind, an encoded card, an order under way, keys, tokens, a webhook. */
const furnish = async (hub: TestHub) => {
  const encoder = encoderNamed('Front Desk')
  const { acs_encoder_id } = encoder
  const token = await pairDemoDesk(hub)
  const bridge = await hub.bridge([encoder], token)
  const { methodId: access_method_id, entranceIds } = await demoCard(hub)
  const made = await hub.post('/access_grants/create', {
    user_identity: { full_name: 'Ada Lovelace' },
    acs_entrance_ids: entranceIds.slice(3, 4),
    requested_access_methods: [
      { mode: 'card' },
      { mode: 'code' },
      { mode: 'mobile_key' },
      { mode: 'cloud_key' },
    ],
  })
  await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
  const order = await bridge.takeOrder()
  await bridge.report(order.order_id, encoded)
  await hub.post('/access_methods/encode', {
    access_method_id: made.body.access_grant.access_method_ids[0],
    acs_encoder_id,
  })
  const open = await bridge.takeOrder()
  await hub.post('/webhooks/create', { url: 'https://hotel.example/seam' })
  await hub.post('/api_keys/create', { name: 'PMS' })
  const [system] = (await hub.post('/acs/systems/list')).body.acs_systems
  await hub.post('/enrolment_tokens/create', { acs_system_id: system.acs_system_id })
  return { bridge, order, open }
}

/** What the owner sees, with every id in it. What belongs to the place and not to the site is left out. */
const look = async (hub: TestHub) => {
  const lists: unknown[] = []
  for (const path of LISTS) {
    const { status, body } = await hub.post(path)
    expect(status, path).toBe(200)
    lists.push(body)
  }
  const events = (await hub.post('/events/list', { since: '2026-01-01T00:00:00Z' })).body
  const ids = idsIn([lists, events])
  ids.delete('workspace_id')
  return { seen: JSON.stringify(lists), ids }
}

const valuesOf = (ids: Map<string, Set<string>>): string[] => [...ids.values()].flatMap((all) => [...all])

/** What an endpoint may want besides the victim's ids. */
const OTHERS = {
  requested_access_methods: [{ mode: 'code' }],
  card_number: '1',
  mode: 'code',
  card_issuing: 'encoding',
  since: '2026-01-01T00:00:00Z',
  name: 'Mine',
  event_types: ['access_method.issued'],
}

/** Parameters that name the victim's things: all at once, and each alone for endpoints that want exactly one. */
const attacksWith = (ids: Map<string, Set<string>>): { all: object; single: object[] } => {
  const single = [...ids].flatMap(([name, values]) => {
    const list = [...values]
    return [{ [name]: list[0] }, { [name.replace(/_id$/, '_ids')]: list }]
  })
  const all: object = Object.assign({}, OTHERS, ...single)
  return { all, single: single.map((one) => ({ ...OTHERS, ...one })) }
}

interface Attempt {
  readonly path: string
  readonly attack: object
  readonly bearer: string
}

/** Nothing of the victim is in a success. A refusal may name what was asked for. */
const expectNothing = async (hub: TestHub, { path, attack, bearer }: Attempt, victim: readonly string[]) => {
  hub.clock.advance(10)
  const { status, body } = await hub.post(path, attack, bearer)
  expect(status, path).toBeLessThan(500)
  if (status !== 200) return status
  const text = JSON.stringify(body)
  const leaked = victim.filter((id) => text.includes(id))
  expect(leaked, `${path} ${JSON.stringify(attack)}`).toEqual([])
  return status
}

/** All at once; where the endpoint can't take that, one by one. */
const attackWithAll = async (
  hub: TestHub,
  path: string,
  ids: Map<string, Set<string>>,
  bearer: string,
): Promise<number[]> => {
  const { all, single } = attacksWith(ids)
  const victim = valuesOf(ids)
  const statuses = [await expectNothing(hub, { path, attack: all, bearer }, victim)]
  if (statuses[0] !== 400) return statuses
  for (const attack of single) statuses.push(await expectNothing(hub, { path, attack, bearer }, victim))
  return statuses
}

const postRoutes = async (hub: TestHub): Promise<{ hub: TestHub; paths: string[] }> => {
  let restarted = hub
  const routes = await collectRoutes(async () => {
    restarted = await hub.restart()
  })
  const paths = routes.filter((line) => line.includes('POST')).map((line) => line.replace(/^.* /, ''))
  return { hub: restarted, paths: [...new Set(paths)].filter((path) => !/:|^\/hub\//.test(path)) }
}

const isForBridges = (path: string): boolean => /^\/(?:seam\/bridge|bridge)\//.test(path)

describe('an API key', () => {
  test('of one workspace finds, reads and changes nothing of another one, at any endpoint', async ({
    hub: first,
  }) => {
    const { hub: second, apiKey: bearer } = await addSecondWorkspace(first)
    const { hub, paths } = await postRoutes(second)
    await furnish(hub)
    const before = await look(hub)
    expect(before.ids.size).toBeGreaterThan(15)
    const statuses: number[] = []
    for (const path of paths.filter((one) => !isForBridges(one))) {
      statuses.push(...(await attackWithAll(hub, path, before.ids, bearer)))
    }
    expect(statuses.length).toBeGreaterThan(200)
    expect(statuses).not.toContain(429)
    expect((await look(hub)).seen).toBe(before.seen)
    await hub.close()
  }, 60_000)
})

describe('the token of a stolen desk', () => {
  test('of one site reads and changes nothing of another site of the same workspace', async ({
    hub: first,
  }) => {
    const { hub, paths } = await postRoutes(first)
    const { order, open } = await furnish(hub)
    const before = await look(hub)
    const ids = before.ids
    ids.set('order_id', new Set([order.order_id, open.order_id]))
    const own = encoderNamed('Stolen')
    const bearer = await hub.pair('Other House')
    const stolen = await hub.bridge([own], bearer)
    const victim = valuesOf(ids)
    for (const path of paths.filter((one) => one !== '/bridge/v1/poll')) {
      await attackWithAll(hub, path, ids, bearer)
    }
    const { acs_encoder_id } = own
    for (const access_method_id of ids.get('access_method_id') ?? []) {
      const attack = { access_method_id, acs_encoder_id }
      const path = '/bridge/v1/access_methods/encode'
      expect(await expectNothing(hub, { path, attack, bearer }, victim)).toBe(404)
    }
    for (const acs_credential_id of ids.get('acs_credential_id') ?? []) {
      const answer = await hub.post('/bridge/v1/credentials/lookup', { acs_credential_id }, bearer)
      expect(answer.body).toEqual({ acs_credential: null, ok: true })
    }
    await stolen.settled()
    expect(stolen.received.map(({ type }) => type)).not.toContain('order')
    await stolen.close()
    expect((await hub.post('/action_attempts/get', { action_attempt_id: open.order_id })).body).toMatchObject(
      {
        action_attempt: { status: 'pending' },
      },
    )
    await hub.close()
  }, 60_000)

  test('on its channel takes no order, result or encoder of another site', async ({ hub }) => {
    const { bridge, open } = await furnish(hub)
    const [encoder] = (await hub.post('/acs/encoders/list')).body.acs_encoders
    const bearer = await hub.pair('Other House')
    const thief = await hub.bridge([], bearer)
    expect(await thief.report(open.order_id, encoded)).toMatchObject({
      accepted: false,
      code: 'order_unknown',
    })
    thief.send('ack', { of: randomUUID(), accepted: true })
    const theirs = encoderNamed('Mine now', { acs_encoder_id: encoder.acs_encoder_id })
    thief.send('encoders', { encoders: [theirs] })
    expect((await thief.next('goodbye')).body.code).toBe('hub_refused')
    const again = await hub.bridge([], bearer)
    await again.close()

    const hello = { version: '1', encoders: [], open_order_ids: [open.order_id] }
    const message = { v: 1, id: 'h', type: 'hello', at: '2026-11-23T12:00:00.000Z', body: hello }
    const poll = await hub.post('/bridge/v1/poll', { wait_ms: 0, messages: [message] }, bearer)
    // It is told to forget what it should never have known, and nothing more.
    expect(poll.body.messages.map(({ type }: { type: string }) => type)).toEqual(['welcome', 'cancel'])
    expect(poll.body.messages[1].body).toEqual({ order_id: open.order_id })
    expect(await bridge.report(open.order_id, encoded)).toMatchObject({ accepted: true })
  })

  test('has the keys of its own site alone', async ({ hub }) => {
    const { bridge } = await furnish(hub)
    const thief = await hub.bridge([], await hub.pair('Other House'))
    const keysOf = (one: FakeBridge) =>
      one.received.flatMap((message) =>
        message.type === 'welcome' ? Object.values(message.body.site_keys.keys) : [],
      )
    expect(keysOf(bridge)).toHaveLength(1)
    expect(keysOf(thief)).not.toEqual(keysOf(bridge))
  })
})
