import { readFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RunningCommand } from '../support/command.ts'
import { testUnless } from '../support/skip.ts'
import { openSite, poll, type Site } from '../support/site.ts'

const test = testUnless(
  process.platform === 'linux' ? null : 'unplugging for real: processor times are read from Linux’s /proc',
)

const uid = 'DEADBEEF'
/** A library that spins after a hang-up takes all of it; a daemon that waits takes next to nothing. */
const SPAN_MS = 1_500
const MOST_SHARE = 0.1
/** USER_HZ, which Linux fixes for proc_pid_stat(5). */
const TICK_MS = 10

/** User and system time of a process so far: fields 14 and 15, counted from behind the name in brackets. */
const processorMs = (daemon: RunningCommand): number => {
  const stat = readFileSync(`/proc/${String(daemon.child.pid)}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS
}

/** The share of a core that the daemon takes while nobody asks it anything. */
const processorShare = async (daemon: RunningCommand): Promise<number> => {
  const before = processorMs(daemon)
  const started = performance.now()
  await pause(SPAN_MS)
  return (processorMs(daemon) - before) / (performance.now() - started)
}

interface StatusBody {
  readonly encoders: readonly { readonly state: string; readonly error: { readonly code: string } | null }[]
  readonly sessions: readonly { readonly state: string; readonly prompt: string }[]
}

const statusOf = async (site: Site): Promise<StatusBody> => {
  const status: unknown = await site.control('/v1/status')
  return status as StatusBody
}

const untilEncoderIs = (site: Site, states: readonly string[]): Promise<StatusBody> =>
  poll(async () => {
    const status = await statusOf(site)
    return states.includes(status.encoders[0]?.state ?? '') ? status : null
  })

const order = async (
  site: Site,
  known?: string,
): Promise<{ access_method_id: string; action_attempt_id: string }> => {
  const access_method_id = known ?? (await site.newAccessMethod())
  const { action_attempt_id } = await site.seam.accessMethods.encode(
    { access_method_id, acs_encoder_id: await site.encoderId() },
    { waitForActionAttempt: false },
  )
  return { access_method_id, action_attempt_id }
}

const ended = (site: Site, action_attempt_id: string) =>
  poll(async () => {
    const attempt = await site.seam.actionAttempts.get({ action_attempt_id }, { waitForActionAttempt: false })
    return attempt.status === 'pending' ? null : attempt
  })

const sumOfWrites = async (site: Site): Promise<number> =>
  (await site.emulator.writes(uid)).reduce((sum, count) => sum + count, 0)

const cable = (site: Site, act: 'plug' | 'unplug') => site.emulator.ask({ do: act })

test('an idle encoder that is unplugged is told of, costs no processor time, and comes back by itself', async () => {
  await using site = await openSite({ uid })
  const daemon = site.startDaemon()
  await daemon.ready
  await untilEncoderIs(site, ['ready'])
  await cable(site, 'unplug')
  const { encoders } = await untilEncoderIs(site, ['absent', 'failed'])
  expect(encoders[0]?.error?.code).toMatch(/^device_(?:lost|absent)$/)
  expect(await processorShare(daemon)).toBeLessThan(MOST_SHARE)
  await cable(site, 'plug')
  await untilEncoderIs(site, ['ready'])
  const { action_attempt_id } = await order(site)
  expect(await ended(site, action_attempt_id)).toMatchObject({ status: 'success' })
  expect(await daemon.stop()).toBe(0)
}, 60_000)

test('an encoder that is unplugged again and again comes back, and the daemon does not spin', async () => {
  await using site = await openSite({ uid })
  const daemon = site.startDaemon()
  await daemon.ready
  await untilEncoderIs(site, ['ready'])
  for (let turn = 0; turn < 20; turn += 1) {
    await cable(site, 'unplug')
    await cable(site, 'plug')
    if (turn % 4 === 0) await untilEncoderIs(site, ['ready'])
  }
  await cable(site, 'unplug')
  await untilEncoderIs(site, ['absent', 'failed'])
  expect(await processorShare(daemon)).toBeLessThan(MOST_SHARE)
  await cable(site, 'plug')
  await untilEncoderIs(site, ['ready'])
  const { action_attempt_id } = await order(site)
  expect(await ended(site, action_attempt_id)).toMatchObject({ status: 'success' })
  expect(await daemon.stop()).toBe(0)
}, 60_000)

test('an encoder that is unplugged in mid-write: the truth is told after the replug, and the card can be encoded again', async () => {
  await using site = await openSite({ uid, isRealtime: true, layout: 'image' })
  const daemon = site.startDaemon()
  await daemon.ready
  const { access_method_id, action_attempt_id } = await order(site)
  await poll(async () => ((await sumOfWrites(site)) > 3 ? true : null))
  await cable(site, 'unplug')
  const written = await sumOfWrites(site)
  const { sessions } = await untilEncoderIs(site, ['absent', 'failed'])
  expect(sessions[0]?.prompt).toMatch(/A write was cut short: Front Desk is not connected\. Check its cable/)
  expect(await processorShare(daemon)).toBeLessThan(MOST_SHARE)
  await cable(site, 'plug')
  const attempt = await ended(site, action_attempt_id)
  expect(attempt).toMatchObject({ status: 'error', error: { type: 'encoding_interrupted' } })
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({
    is_issued: false,
    is_encoding_required: true,
  })
  expect(await sumOfWrites(site)).toBe(written)

  const again = await order(site, access_method_id)
  expect(await ended(site, again.action_attempt_id)).toMatchObject({ status: 'success' })
  expect(await sumOfWrites(site)).toBe(written + 47)
  expect(await daemon.stop()).toBe(0)
}, 60_000)

test('an encoder that is unplugged while it waits for a card goes on waiting when it is back', async () => {
  await using site = await openSite()
  const daemon = site.startDaemon()
  await daemon.ready
  const { action_attempt_id } = await order(site)
  await poll(async () => ((await statusOf(site)).sessions[0]?.state === 'waiting_for_card' ? true : null))
  await cable(site, 'unplug')
  const { sessions } = await untilEncoderIs(site, ['absent', 'failed'])
  expect(sessions[0]?.prompt).toMatch(
    /Front Desk is not connected\. Check its cable; the order goes on by itself/,
  )
  expect(await processorShare(daemon)).toBeLessThan(MOST_SHARE)
  await cable(site, 'plug')
  await site.emulator.ask({ do: 'place', type: 'classic1k', uid })
  expect(await ended(site, action_attempt_id)).toMatchObject({ status: 'success' })
  expect(Math.max(...(await site.emulator.writes(uid)))).toBe(1)
  expect(await daemon.stop()).toBe(0)
}, 60_000)
