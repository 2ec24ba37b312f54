import { expect, it } from 'vitest'
import { openSite, poll } from '../support/site.ts'

const uid = 'DEADBEEF'

it('an official Seam client orders an encode, and the flags flip when the card is really encoded', async () => {
  await using site = await openSite({ uid, isRealtime: true })
  const daemon = site.startDaemon()
  await daemon.ready
  const acs_encoder_id = await site.encoderId()
  const access_method_id = await site.newAccessMethod()
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({
    is_encoding_required: true,
    is_issued: false,
    issued_at: null,
  })

  const attempt = await site.seam.accessMethods.encode(
    { access_method_id, acs_encoder_id },
    { waitForActionAttempt: { timeout: 120_000, pollingInterval: 50 } },
  )

  expect(attempt).toMatchObject({ status: 'success', action_type: 'ENCODE_CREDENTIAL' })
  const after = await site.seam.accessMethods.get({ access_method_id })
  expect(after).toMatchObject({ is_encoding_required: false, is_issued: true })
  expect(Date.parse(String(after.issued_at))).toBeGreaterThan(Date.now() - 120_000)
  const events = await site.seam.events.list({
    since: '2020-01-01T00:00:00Z',
    event_type: 'access_method.issued',
  })
  expect(events.map((event) => (event as { access_method_id?: string }).access_method_id)).toEqual([
    access_method_id,
  ])
  expect((await site.emulator.writes(uid)).reduce((sum, count) => sum + count, 0)).toBe(3)

  const scan = await site.seam.acs.encoders.scanCredential(
    { acs_encoder_id },
    { waitForActionAttempt: { timeout: 120_000, pollingInterval: 50 } },
  )
  const { result } = scan as unknown as {
    result: {
      acs_credential_on_encoder: { card_number: string }
      acs_credential_on_seam: { card_number: string }
      warnings: unknown[]
    }
  }
  expect(result.warnings).toEqual([])
  expect(result.acs_credential_on_encoder.card_number).toBe(result.acs_credential_on_seam.card_number)
  expect(await daemon.stop()).toBe(0)
}, 60_000)

it('a daemon that is killed in mid-write tells the truth about the card when it is started again', async () => {
  await using site = await openSite({ uid, isRealtime: true, layout: 'image' })
  const daemon = site.startDaemon()
  await daemon.ready
  const acs_encoder_id = await site.encoderId()
  const access_method_id = await site.newAccessMethod()
  const attempt = await site.seam.accessMethods.encode(
    { access_method_id, acs_encoder_id },
    { waitForActionAttempt: false },
  )
  const touched = async (): Promise<number> =>
    (await site.emulator.writes(uid)).reduce((sum, count) => sum + count, 0)
  await poll(async () => ((await touched()) > 5 ? true : null))
  await daemon.kill()
  const writesAtDeath = await touched()

  await site.startDaemon().ready
  const { action_attempt_id } = attempt
  const ended = await poll(async () => {
    const now = await site.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false })
    return now.status === 'pending' ? null : now
  })
  expect(ended).toMatchObject({ status: 'error', error: { type: 'encoding_interrupted' } })
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({
    is_encoding_required: true,
    is_issued: false,
  })
  expect(writesAtDeath).toBeLessThan(47)
  expect(await touched()).toBeLessThanOrEqual(writesAtDeath + 1)
}, 60_000)
