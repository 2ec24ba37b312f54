import { expect } from 'vitest'
import { failAttempt, startAttempt } from '../../src/hub/attempts.ts'
import { wantAssignment } from '../../src/hub/gateway/card-notes.ts'
import { createDeskAssignments } from '../../src/hub/gateway/desk-assignments.ts'
import type { Upstream } from '../../src/hub/gateway/upstream.ts'
import { openBareHub } from './bare-hub.ts'
import { test } from './hub-fixture.ts'

const METHOD = '33333333-3333-4333-8333-333333333333'
const SITE = '44444444-4444-4444-8444-444444444444'
const GRANT = '55555555-5555-4555-8555-555555555555'
const CARD = '77705923'

/** It is issued, and nobody says with which card. */
const batch = {
  access_methods: [{ access_method_id: METHOD, mode: 'card', is_issued: true, issued_at: null }],
  access_grants: [
    { access_grant_id: GRANT, user_identity_id: 'u', starts_at: '2026-11-23T12:00:00Z', ends_at: null },
  ],
  acs_entrances: [{ acs_entrance_id: 'd', acs_system_id: SITE, display_name: 'Room 1' }],
}

test('a desk whose card nobody can tell of is told so, and not that it was refused', async ({ dataDir }) => {
  await using bare = openBareHub(dataDir)
  const { hub } = bare
  const upstream: Upstream = {
    endpoint: 'https://seam.example',
    key: 'seam_test',
    keyFile: '/k',
    connectionTo: () => ({}),
    open: () => {
      throw new Error('not used')
    },
    call: async () => ({ kind: 'answered', status: 200, body: { batch } }),
    close: () => undefined,
  }
  const desk = createDeskAssignments(hub, upstream, { wake: () => undefined, onStep: () => () => undefined })
  const wanted = { workspace_id: 'w', siteId: SITE, access_method_id: METHOD, card_number: CARD }
  expect(await desk.assign({ ...wanted, card_number: '1' })).toMatchObject({ assigned: false })

  const attempt = startAttempt(hub, 'w', 'ASSIGN_CREDENTIAL')
  wantAssignment(hub, attempt.action_attempt_id, METHOD, CARD, {})
  hub.store.assignments.update({ order_id: attempt.action_attempt_id }, { state: 'done' })
  failAttempt(hub, attempt, 'action_attempt_expired', 'Nobody knows.')
  await expect(desk.assign(wanted)).rejects.toMatchObject({
    cause: { status: 504, type: 'upstream_timeout' },
  })
})
