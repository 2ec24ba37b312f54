import { isSeamActionAttemptFailedError, isSeamHttpInvalidInputError, SeamHttp } from '@seamapi/http'
import { describe, expect } from 'vitest'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, test } from './hub-fixture.ts'

const fast = { waitForActionAttempt: { timeout: 20_000, pollingInterval: 20 } }

describe('the official @seamapi/http client', () => {
  test('lists, creates, encodes and waits, unchanged', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const seam = SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })

    const workspace = await seam.workspaces.get()
    expect(workspace.workspace_id).toBe(hub.workspaceId)
    const systems = await seam.acs.systems.list()
    const entrances = await seam.acs.entrances.list()
    const acs_system_ids = systems.map((one) => one.acs_system_id)
    const encoders = await seam.acs.encoders.list({ acs_system_ids })
    expect(encoders.map((one) => one.display_name)).toEqual(['Front Desk'])
    expect(await seam.acs.encoders.list({ acs_system_ids: acs_system_ids.slice(0, 1) })).toEqual([])

    const identity = await seam.userIdentities.create({ full_name: 'Ada Guest' })
    expect(await seam.userIdentities.get({ user_identity_id: identity.user_identity_id })).toEqual(identity)
    const grant = await seam.accessGrants.create({
      user_identity_id: identity.user_identity_id,
      acs_entrance_ids: entrances.slice(1, 2).map((one) => one.acs_entrance_id),
      requested_access_methods: [{ mode: 'card' }],
    })
    const { access_grant_id } = grant
    expect(await seam.accessGrants.get({ access_grant_id })).toEqual(grant)
    const [method] = await seam.accessMethods.list({ access_grant_id })
    const access_method_id = method?.access_method_id ?? ''
    expect(method).toMatchObject({ is_encoding_required: true, is_issued: false })

    const { acs_encoder_id } = encoder
    // The client's requests start when they are awaited.
    const encoding = Promise.resolve(seam.accessMethods.encode({ access_method_id, acs_encoder_id }, fast))
    const order = await bridge.takeOrder()
    await bridge.report(order.order_id, encoded)
    expect(await encoding).toMatchObject({ status: 'success', result: { is_issued: true } })
    expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
      is_encoding_required: false,
      is_issued: true,
    })
    const events = await seam.events.list({
      since: '2026-11-23T00:00:00Z',
      event_type: 'access_method.issued',
    })
    expect(events).toMatchObject([{ access_method_id }])
  })

  test('throws the attempt’s error when an encode fails', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const bridge = await hub.bridge([encoder])
    const { methodId: access_method_id } = await demoCard(hub)
    const seam = SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })
    const { acs_encoder_id } = encoder
    const failure = seam.accessMethods.encode({ access_method_id, acs_encoder_id }, fast).then(
      () => null,
      (error: unknown) => error,
    )
    await bridge.report((await bridge.takeOrder()).order_id, {
      kind: 'untouched',
      code: 'card_timeout',
      seam_code: 'no_credential_on_encoder',
      message: 'No card was placed in time.',
      card_uid: null,
    })
    const error = await failure
    expect(isSeamActionAttemptFailedError(error) && error.code).toBe('no_credential_on_encoder')
  })

  test('reads which parameter was wrong', async ({ hub }) => {
    const seam = SeamHttp.fromApiKey(hub.apiKey, { endpoint: hub.endpoint })
    const error = await seam.accessMethods
      .get({ access_method_id: 'no-uuid' })
      .catch((thrown: unknown) => thrown)
    expect(
      isSeamHttpInvalidInputError(error) && error.getValidationErrorMessages('access_method_id'),
    ).toEqual(['must be a UUID'])
  })
})
