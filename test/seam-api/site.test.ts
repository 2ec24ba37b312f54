import { describe, expect, test } from 'vitest'
import type { SeamAsk } from '../../src/seam-api/answers.ts'
import { findDeliverables } from '../../src/seam-api/deliverables.ts'
import { followWaitingCards } from '../../src/seam-api/waiting-cards.ts'

const HOUSE = 'house'
const GRANT_ID = '33333333-3333-4333-8333-333333333333'
const NOW = new Date('2026-11-23T12:00:00Z')

/** An access method of one access system, which has a credential there or none yet. */
const cardOf = (id: string, system: string, hasCredential: boolean) => ({ id, system, hasCredential })

/**
 * A Seam that holds one grant over two access systems. It names all doors of the grant for each access method, as it may: what belongs to
 * which is told by credentials alone.
 */
const seamWith = (cards: readonly ReturnType<typeof cardOf>[], flags: object = {}): SeamAsk => {
  const grant = {
    access_grant_id: GRANT_ID,
    starts_at: '2026-11-23T15:00:00Z',
    ends_at: null,
    access_method_ids: cards.map(({ id }) => id),
    requested_access_methods: [{ mode: 'card', created_access_method_ids: cards.map(({ id }) => id) }],
  }
  const doors = [...new Set(cards.map(({ system }) => system))].map((system) => ({
    acs_entrance_id: `door of ${system}`,
    acs_system_id: system,
    display_name: `Door of ${system}`,
  }))
  const related = (ids: readonly string[]) => {
    const wanted = cards.filter(({ id }) => ids.includes(id))
    return {
      access_methods: wanted.map(({ id }) => ({
        access_method_id: id,
        mode: 'card',
        display_name: 'Card',
        is_issued: false,
        issued_at: null,
        is_ready_for_encoding: true,
        warnings: [],
        errors: [],
        ...flags,
      })),
      access_grants: [grant],
      acs_entrances: doors,
      acs_credentials: wanted
        .filter(({ hasCredential }) => hasCredential)
        .map(({ id, system }) => ({ acs_credential_id: `credential of ${id}`, acs_system_id: system })),
    }
  }
  return async (path, body, answer) => {
    const ids =
      'access_method_ids' in body && Array.isArray(body.access_method_ids) ? body.access_method_ids : []
    return path === '/access_grants/list'
      ? answer.parse({ access_grants: [grant] })
      : answer.parse({ batch: related(ids) })
  }
}

const waitingIn = (ask: SeamAsk, prefers: 'encode' | 'assign' = 'encode') =>
  followWaitingCards({
    acsSystemIds: [HOUSE],
    timeZone: () => 'UTC',
    wallClock: () => NOW,
    clockSkewMs: () => null,
    prefers,
  }).read(ask)

describe('a grant over two access systems', () => {
  const seam = seamWith([cardOf('theirs', 'elsewhere', true), cardOf('ours', HOUSE, true)])

  test('lets a card wait in the system of its credential alone, with the doors of that system', async () => {
    expect(await waitingIn(seam)).toMatchObject([
      {
        access_method_id: 'ours',
        acs_entrances: [{ acs_entrance_id: `door of ${HOUSE}`, display_name: `Door of ${HOUSE}` }],
      },
    ])
  })

  test('hands over the access methods of the own system alone', async () => {
    const site = { acsSystemIds: [HOUSE], timeZone: 'UTC' }
    const [found, second] = await findDeliverables(seam, site, { access_grant_id: GRANT_ID })
    expect(second).toBeUndefined()
    expect(found?.access_methods.map((one) => one.access_method_id)).toEqual(['ours'])
    expect(found?.doors).toEqual([`Door of ${HOUSE}`])
  })

  test('of which none is the site’s is no grant of the site', async () => {
    const theirs = seamWith([cardOf('theirs', 'elsewhere', true)])
    const site = { acsSystemIds: [HOUSE], timeZone: 'UTC' }
    expect(await findDeliverables(theirs, site, { access_grant_id: GRANT_ID })).toEqual([])
    expect(await waitingIn(theirs)).toEqual([])
  })
})

describe('a card that waits', () => {
  test('is known by its doors before it has a credential', async () => {
    expect(await waitingIn(seamWith([cardOf('ours', HOUSE, false)]))).toHaveLength(1)
    expect(await waitingIn(seamWith([cardOf('theirs', 'elsewhere', false)]))).toEqual([])
  })

  test('and may be encoded or assigned is what the site prefers', async () => {
    const seam = seamWith([cardOf('ours', HOUSE, true)], { is_ready_for_assignment: true })
    expect(await waitingIn(seam, 'encode')).toMatchObject([{ action: 'encode' }])
    expect(await waitingIn(seam, 'assign')).toMatchObject([{ action: 'assign' }])
  })
})
