import { expect, test } from 'vitest'
import type { DeliverableGrant, WorkItem } from '../../src/contract/desk-work.ts'
import * as work from '../../src/control/schema/work.ts'
import {
  accessMethodId,
  backOffice,
  frontDesk,
  keyCoder,
  openControl,
} from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

const item: WorkItem = {
  accessMethodId,
  accessGrantId: 'grant-1',
  action: 'encode',
  reservationKey: 'R-1',
  doors: [{ acsEntranceId: 'door-1', displayName: 'Room 101' }],
  startsAt: '2026-11-23T14:00:00.000Z',
  endsAt: null,
  timeZone: 'Europe/Berlin',
  isReissue: false,
}

const grant: DeliverableGrant = {
  accessGrantId: 'grant-1',
  displayName: 'R-1',
  reservationKey: 'R-1',
  doors: ['Room 101'],
  startsAt: '2026-11-23T14:00:00.000Z',
  endsAt: null,
  timeZone: 'Europe/Berlin',
  methods: [
    {
      accessMethodId,
      mode: 'mobile_key',
      displayName: 'Mobile Key',
      isIssued: true,
      issuedAt: '2026-11-23T13:00:00.000Z',
      isEncodingRequired: false,
      isAssignmentRequired: false,
      secrets: ['instantKeyUrl', 'clientSessionToken'],
      remarks: [{ kind: 'warning', code: 'delay_in_issuing', message: 'Wait.' }],
    },
  ],
}

test('the work that waits is shown as it is known, with why it may be out of date', async () => {
  await using control = await openControl()
  control.state.work = {
    items: [item],
    asOf: '2026-11-23T12:00:00.000Z',
    error: { code: 'hub_unreachable', message: 'No route.' },
  }
  const { body } = await send(control.port, 'GET', '/v1/work', bearer(control.token))
  expect(work.WorkResponse.strict().parse(body)).toMatchObject({
    items: [{ access_method_id: accessMethodId, doors: [{ display_name: 'Room 101' }], is_reissue: false }],
    as_of: '2026-11-23T12:00:00.000Z',
    error: { code: 'hub_unreachable', message: 'No route.', owner: 'installer' },
  })
  expect(control.calls).toEqual([])
})

test('the first who asks has the hub asked', async () => {
  await using control = await openControl()
  await send(control.port, 'GET', '/v1/work', bearer(control.token))
  await send(control.port, 'POST', '/v1/work/refresh', json(control.token), '{}')
  expect(control.calls).toEqual(['refreshWork', 'refreshWork'])
})

test('grants are shown with what can be revealed, and without it', async () => {
  await using control = await openControl()
  control.state.grants = [grant]
  const { body } = await send(control.port, 'GET', '/v1/grants?reservation_key=R-1', bearer(control.token))
  expect(work.GrantsResponse.strict().parse(body).grants).toMatchObject([
    { doors: ['Room 101'], access_methods: [{ secrets: ['instant_key_url', 'client_session_token'] }] },
  ])
  expect(control.calls).toEqual([{ grants: { reservationKey: 'R-1' } }])
  const two = '/v1/grants?reservation_key=R-1&access_grant_id=x'
  expect((await send(control.port, 'GET', two, bearer(control.token))).status).toBe(400)
})

test('a secret is told to who asks for it, and logged nowhere', async () => {
  await using control = await openControl()
  const request = JSON.stringify({ access_method_id: accessMethodId, secret: 'instant_key_url' })
  const { body } = await send(control.port, 'POST', '/v1/grants/reveal', json(control.token), request)
  expect(body).toEqual({ value: 'the secret' })
  expect(control.calls).toEqual([{ reveal: accessMethodId, secret: 'instantKeyUrl' }])
  expect(JSON.stringify(control.log)).not.toContain('the secret')
})

test('a grant is given another end', async () => {
  await using control = await openControl()
  const request = JSON.stringify({ access_grant_id: 'grant-1', ends_at: '2026-11-25T10:00:00Z' })
  expect((await send(control.port, 'POST', '/v1/grants/extend', json(control.token), request)).status).toBe(
    200,
  )
  expect(control.calls).toEqual([{ extend: 'grant-1', endsAt: '2026-11-25T10:00:00Z' }])
})

test('a card is ordered to be assigned at the encoder that is named', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  const request = JSON.stringify({ access_method_id: accessMethodId, encoder: 'back office' })
  const { body } = await send(control.port, 'POST', '/v1/assigns', json(control.token), request)
  expect(body).toEqual({ order_id: 'order-1' })
  expect(control.calls).toEqual([{ assign: accessMethodId, encoderId: backOffice.encoderId }])
})

test('no card is assigned at a lock system that can’t read', async () => {
  await using control = await openControl()
  control.state.encoders = [{ ...keyCoder, keys: keyCoder.keys && { ...keyCoder.keys, reads: false } }]
  const request = JSON.stringify({ access_method_id: accessMethodId })
  const { body } = await send(control.port, 'POST', '/v1/assigns', json(control.token), request)
  expect(body).toMatchObject({ error: { code: 'not_supported' } })
  expect(control.calls).toEqual([])
})
