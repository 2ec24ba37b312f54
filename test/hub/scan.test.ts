import { describe, expect } from 'vitest'
import type { ChannelEnding, ChannelRecord } from '../../src/contract/channel.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { attemptOf, demoCard, pairDemoDesk, test } from './hub-fixture.ts'
import type { TestHub } from './hub-fixture.ts'
import type { z } from 'zod'

type Record = z.infer<typeof ChannelRecord>
const scanned = (record: Record | null): ChannelEnding => ({
  kind: 'scanned',
  card_uid: '04A1B2C3D4E5F6',
  technology: 'mifare-classic-1k',
  card_number: null,
  record,
  remark: record === null ? 'blank' : null,
})

/** A desk whose one card is encoded, and how to scan. */
const openDesk = async (hub: TestHub) => {
  const encoder = encoderNamed('Front Desk')
  const { acs_encoder_id } = encoder
  const bridge = await hub.bridge([encoder], await pairDemoDesk(hub))
  const { methodId: access_method_id, grantId: access_grant_id } = await demoCard(hub)
  await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
  const { order_id, encode } = await bridge.takeOrder()
  if (encode === null) throw new Error('no encode')
  await bridge.report(order_id, encoded)
  const { acs_credential_id, card_number, starts_at, ends_at } = encode
  const scan = async (ending: ChannelEnding) => {
    await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
    const order = await bridge.takeOrder()
    await bridge.report(order.order_id, ending)
    return attemptOf(hub, order.order_id)
  }
  const record: Record = { acs_credential_id, card_number, starts_at, ends_at }
  return { bridge, acs_encoder_id, access_grant_id, access_method_id, record, scan }
}

describe('a scan', () => {
  test('of the card that was encoded shows both sides and no warning', async ({ hub }) => {
    const { record, scan } = await openDesk(hub)
    const { result } = await scan(scanned({ ...record, starts_at: record.starts_at.replace('.000Z', 'Z') }))
    expect(result.acs_credential_on_encoder).toMatchObject({
      card_number: record.card_number,
      is_issued: true,
    })
    expect(result.acs_credential_on_seam).toMatchObject({ acs_credential_id: record.acs_credential_id })
    expect(result.warnings).toEqual([])
  })

  test('of a card with other values names each property that differs', async ({ hub }) => {
    const { record, scan } = await openDesk(hub)
    const { result } = await scan(scanned({ ...record, card_number: '1', ends_at: null }))
    expect(result.warnings).toEqual([
      {
        warning_code: 'acs_credential_on_encoder_out_of_sync',
        warning_message: 'The card differs from the credential: card_number, ends_at.',
      },
    ])
  })

  test('of a card of nobody warns that the credential is not found', async ({ hub }) => {
    const { record, scan } = await openDesk(hub)
    const { result } = await scan(
      scanned({ ...record, acs_credential_id: '00000000-0000-4000-8000-000000000001' }),
    )
    expect(result.acs_credential_on_seam).toBeNull()
    expect(result.warnings).toMatchObject([{ warning_code: 'acs_credential_on_seam_not_found' }])
  })

  test('of a blank card has nothing on either side', async ({ hub }) => {
    const { scan } = await openDesk(hub)
    expect((await scan(scanned(null))).result).toEqual({
      acs_credential_on_encoder: null,
      acs_credential_on_seam: null,
      warnings: [],
    })
  })

  test('that fails with a code which a scan doesn’t have is uncategorized', async ({ hub }) => {
    const { scan } = await openDesk(hub)
    const ending = {
      kind: 'untouched',
      code: 'card_incompatible',
      seam_code: 'incompatible_card_format',
    } as const
    const attempt = await scan({ ...ending, message: 'Wrong kind.', card_uid: null })
    expect(attempt.error).toEqual({ type: 'uncategorized_error', message: 'Wrong kind.' })
  })

  test('can’t end as encoded: such a result is refused for good', async ({ hub }) => {
    const { bridge, acs_encoder_id } = await openDesk(hub)
    await hub.post('/acs/encoders/scan_credential', { acs_encoder_id })
    const order = await bridge.takeOrder()
    expect(await bridge.report(order.order_id, encoded)).toMatchObject({
      accepted: false,
      code: 'request_invalid',
    })
  })
})

describe('a scan that assigns', () => {
  const scanToAssign = async (
    hub: TestHub,
    desk: Awaited<ReturnType<typeof openDesk>>,
    user_identity_id: string,
  ) => {
    const { acs_encoder_id, bridge } = desk
    await hub.post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id, user_identity_id })
    const order = await bridge.takeOrder()
    expect(order.kind).toBe('scan_to_assign')
    await bridge.report(order.order_id, scanned(null))
    return attemptOf(hub, order.order_id)
  }

  test('gives a card to the user by its UID, and assign_card issues an access method with it', async ({
    hub,
  }) => {
    const desk = await openDesk(hub)
    const grant = await hub.post('/access_grants/get', { access_grant_id: desk.access_grant_id })
    const { user_identity_id } = grant.body.access_grant
    const attempt = await scanToAssign(hub, desk, user_identity_id)
    // 04A1B2C3D4E5F6 as one unsigned number.
    const card_number = '1303689068602870'
    expect(attempt).toMatchObject({
      status: 'success',
      result: { card_number, user_identity_id, is_issued: true },
    })

    const { entranceIds } = await demoCard(hub)
    const made = await hub.post('/access_grants/create', {
      user_identity_id,
      acs_entrance_ids: entranceIds.slice(3, 4),
      requested_access_methods: [{ mode: 'card' }],
    })
    const [access_method_id] = made.body.access_grant.access_method_ids
    const wrong = await hub.post('/access_methods/assign_card', { access_method_id, card_number: '1' })
    expect(wrong.body.action_attempt.error.type).toBe('credential_not_found')
    const assigned = await hub.post('/access_methods/assign_card', { access_method_id, card_number })
    expect(assigned.body.action_attempt).toMatchObject({
      action_type: 'ASSIGN_CREDENTIAL',
      status: 'success',
      result: { access_method_id, is_issued: true, is_encoding_required: false },
    })
  })

  test('does not take a card from another user', async ({ hub }) => {
    const desk = await openDesk(hub)
    const { body } = await hub.post('/user_identities/create', { full_name: 'Ada' })
    const { body: other } = await hub.post('/user_identities/create', { full_name: 'Eve' })
    expect((await scanToAssign(hub, desk, body.user_identity.user_identity_id)).status).toBe('success')
    const taken = await scanToAssign(hub, desk, other.user_identity.user_identity_id)
    expect(taken.error.message).toBe('The card belongs to another user identity.')
  })
})

describe('the desk', () => {
  test('learns what a credential is worth', async ({ hub }) => {
    const { bridge, record, access_grant_id } = await openDesk(hub)
    const lookup = async () => {
      const { acs_credential_id } = record
      return (await hub.post('/bridge/v1/credentials/lookup', { acs_credential_id }, bridge.token)).body
        .acs_credential
    }
    expect(await lookup()).toEqual({ ...record, is_valid: true })
    await hub.post('/access_grants/delete', { access_grant_id })
    expect((await lookup()).is_valid).toBe(false)
  })

  test('orders an encode for its own encoder, and is told why it can’t', async ({ hub }) => {
    const { bridge, acs_encoder_id, access_method_id } = await openDesk(hub)
    const path = '/bridge/v1/access_methods/encode'
    const issued = await hub.post(path, { access_method_id, acs_encoder_id }, bridge.token)
    expect([issued.status, issued.body.error.type]).toEqual([409, 'credential_cannot_be_reissued'])
    const grants = await hub.post('/access_grants/list')
    const { entranceIds } = await demoCard(hub)
    const made = await hub.post('/access_grants/create', {
      user_identity_id: grants.body.access_grants[0].user_identity_id,
      acs_entrance_ids: entranceIds.slice(4, 5),
      requested_access_methods: [{ mode: 'card' }],
    })
    const input = {
      access_method_id: made.body.access_grant.access_method_ids[0],
      acs_encoder_id,
      is_confirmed: true,
    }
    const ordered = await hub.post(path, input, bridge.token)
    const order = await bridge.takeOrder()
    expect(ordered.body).toMatchObject({ ok: true, order_id: order.order_id })
    expect(order).toMatchObject({ ordered_by: 'desk Front Desk', encode: { is_confirmed: true } })
  })
})
