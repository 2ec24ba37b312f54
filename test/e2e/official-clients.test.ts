import { SeamHttp as SeamHttp1, isSeamActionAttemptFailedError as isFailed1 } from '@seamapi/http'
import { SeamHttp as SeamHttp2, isSeamActionAttemptFailedError as isFailed2 } from '@seamapi/http-2'
import { describe, expect, test } from 'vitest'
import { openSite } from '../support/site.ts'
import type { Site } from '../support/site.ts'

const uid = 'DEADBEEF'
const other = '04A1B2C3'
const waiting = { waitForActionAttempt: { timeout: 120_000, pollingInterval: 50 } }
const notWaiting = { waitForActionAttempt: false } as const

const daysFromNow = (days: number): string => new Date(Date.now() + days * 86_400_000).toISOString()

/** The two majors of the official client; what of them is used here has the same names in both. */
const versions = {
  '@seamapi/http 1.102': {
    connect: ({ apiKey, endpoint }: Site) => SeamHttp1.fromApiKey(apiKey, { endpoint }),
    isFailed: (error: unknown): boolean => isFailed1(error),
  },
  '@seamapi/http 2.32': {
    connect: ({ apiKey, endpoint }: Site) =>
      SeamHttp2.fromApiKey(apiKey, { endpoint }) as unknown as SeamHttp1,
    isFailed: (error: unknown): boolean => isFailed2(error),
  },
} as const

const scanOf = async (seam: SeamHttp1, acs_encoder_id: string) => {
  const attempt = await seam.acs.encoders.scanCredential({ acs_encoder_id }, waiting)
  return attempt.result as unknown as {
    acs_credential_on_encoder: { card_number: string } | null
    acs_credential_on_seam: { card_number: string } | null
    warnings: { warning_code: string; warning_message: string }[]
  }
}

describe.each(Object.entries(versions))('%s, unmodified', (_name, { connect, isFailed }) => {
  test('grants, encodes, polls, delivers, scans, encodes again for new times, and revokes', async () => {
    await using site = await openSite({ uid })
    await site.startDaemon().ready
    const seam = connect(site)
    const acs_encoder_id = await site.encoderId()
    const [room] = await seam.acs.entrances.list()

    const grant = await seam.accessGrants.create({
      user_identity: { full_name: 'Ada Guest' },
      acs_entrance_ids: [room?.acs_entrance_id ?? ''],
      requested_access_methods: [{ mode: 'card' }, { mode: 'code' }, { mode: 'mobile_key' }],
      starts_at: daysFromNow(-1),
      ends_at: daysFromNow(1),
    })
    const { access_grant_id } = grant
    const methods = await seam.accessMethods.list({ access_grant_id })
    const [access_method_id = '', codeId = '', keyId = ''] = methods.map((one) => one.access_method_id)
    const card = () => seam.accessMethods.get({ access_method_id })
    const eventsOf = async (): Promise<string[]> =>
      (await seam.events.list({ access_method_id, since: '2020-01-01T00:00:00Z' })).map(
        (one) => one.event_type,
      )
    expect(await card()).toMatchObject({
      is_encoding_required: true,
      is_ready_for_encoding: true,
      is_issued: false,
      issued_at: null,
    })
    const pin = await seam.accessMethods.get({ access_method_id: codeId })
    expect(pin.is_issued && /^\d{6}$/.test(pin.code ?? '')).toBe(true)
    const key = await seam.accessMethods.get({ access_method_id: keyId })
    expect((await fetch(key.instant_key_url ?? '')).status).toBe(200)

    const started = await seam.accessMethods.encode({ access_method_id, acs_encoder_id }, notWaiting)
    expect(started).toMatchObject({ status: 'pending', action_type: 'ENCODE_CREDENTIAL' })
    const { action_attempt_id } = started
    expect(await seam.actionAttempts.get({ action_attempt_id }, waiting)).toMatchObject({ status: 'success' })
    expect(await card()).toMatchObject({ is_encoding_required: false, is_issued: true })
    const first = await scanOf(seam, acs_encoder_id)
    expect(first.warnings).toEqual([])
    expect(first.acs_credential_on_encoder?.card_number).toBe(first.acs_credential_on_seam?.card_number)

    const again = await Promise.resolve(
      seam.accessMethods.encode({ access_method_id, acs_encoder_id }, waiting),
    ).catch((error: unknown) => error)
    expect(isFailed(again) && (again as { code?: unknown }).code).toBe('credential_cannot_be_reissued')

    await seam.accessGrants.update({ access_grant_id, ends_at: daysFromNow(2) })
    expect(await card()).toMatchObject({ is_encoding_required: true, is_issued: false, issued_at: null })
    const stale = await scanOf(seam, acs_encoder_id)
    expect(stale.warnings).toMatchObject([{ warning_code: 'acs_credential_on_encoder_out_of_sync' }])
    expect(stale.warnings[0]?.warning_message).toContain('ends_at')
    expect(
      await seam.acs.encoders.encodeCredential({ access_method_id, acs_encoder_id }, waiting),
    ).toMatchObject({ status: 'success' })
    expect(await card()).toMatchObject({ is_encoding_required: false, is_issued: true })
    expect((await scanOf(seam, acs_encoder_id)).warnings).toEqual([])

    await seam.accessGrants.delete({ access_grant_id })
    await expect(Promise.resolve(card())).rejects.toMatchObject({ statusCode: 404 })
    const revoked = await scanOf(seam, acs_encoder_id)
    expect(revoked.acs_credential_on_encoder).not.toBeNull()
    expect(revoked.acs_credential_on_seam).toBeNull()
    expect(revoked.warnings).toMatchObject([{ warning_code: 'acs_credential_on_seam_not_found' }])
    expect((await fetch(key.instant_key_url ?? '')).status).toBe(404)
    expect(await eventsOf()).toEqual([
      'access_method.created',
      'access_method.card_encoding_required',
      'access_method.issued',
      'access_method.card_encoding_required',
      'access_method.reissued',
      'access_method.revoked',
      'access_method.deleted',
    ])
  }, 60_000)
})

test('@seamapi/http 2.32 registers a card by scanning it, and assigns it', async () => {
  await using site = await openSite({ uid: other })
  await site.startDaemon().ready
  const { apiKey, endpoint } = site
  const seam = SeamHttp2.fromApiKey(apiKey, { endpoint })
  const acs_encoder_id = await site.encoderId()
  const access_method_id = await site.newAccessMethod()
  const identities = await seam.userIdentities.list()
  const user_identity_id = identities.at(-1)?.user_identity_id ?? ''

  const scanned = await seam.acs.encoders.scanToAssignCredential(
    { acs_encoder_id, user_identity_id },
    waiting,
  )
  // 0x04A1B2C3, read as one unsigned number.
  expect(scanned).toMatchObject({ status: 'success', result: { card_number: '77705923' } })
  const assigned = await seam.accessMethods.assignCard({ access_method_id, card_number: '77705923' }, waiting)
  expect(assigned).toMatchObject({ status: 'success', action_type: 'ASSIGN_CREDENTIAL' })
  expect(await seam.accessMethods.get({ access_method_id })).toMatchObject({
    is_assignment_required: false,
    is_encoding_required: false,
    is_issued: true,
  })
}, 60_000)
