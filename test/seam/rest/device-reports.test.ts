import { expect, test } from 'vitest'
import { z } from 'zod'
import type { EncoderView } from '../../../src/contract/encoders.ts'
import { createObservers } from '../../../src/contract/observers.ts'
import { openDeviceReports } from '../../../src/seam/rest/device-reports.ts'
import { frontDesk } from '../../support/fake-control-ports.ts'
import { type Answer, openFakeSeam, refused } from './fake-seam.ts'

const PATH = '/acs/systems/report_devices'
const SYSTEM_ID = '1f0e8a4c-6c7b-4f0e-9c55-0a5d3c9b7e10'
const SETTLE_MS = 5_000
const HOUR_MS = 3_600_000
const fine: Answer = { body: { ok: true } }
const never = new AbortController().signal

type State = EncoderView['state']

/** A desk with the encoders 1 (“Front”) and 2 (“Back”), and a Seam that says how it was told of them. */
const openRig = async (front: State, back: State) => {
  const seam = await openFakeSeam()
  const states = { Front: front, Back: back }
  const changes = createObservers<void>()
  const log: { readonly level: string; readonly facts: object }[] = []
  const note = (level: string) => (facts: object) => void log.push({ level, facts })
  const open = () =>
    openDeviceReports({
      client: seam.client,
      reported: {
        acsSystemId: SYSTEM_ID,
        encoders: [
          { name: 'front', number: '1' },
          { name: 'Back', number: '2' },
        ],
      },
      encoders: {
        list: () => (['Front', 'Back'] as const).map((name) => ({ ...frontDesk, name, state: states[name] })),
        onChange: changes.add,
      },
      clock: seam.clock,
      random: () => 0,
      logger: { info: note('info'), warn: note('warn'), debug: note('debug') },
    })
  const become = (change: Partial<typeof states>): void => {
    Object.assign(states, change)
    changes.tell()
  }
  seam.answer('/other', fine)
  return Object.assign(seam, {
    log,
    open,
    become,
    reports: () => seam.asked.filter(({ path }) => path === PATH).map(({ body }) => body),
    /** Moves time on until Seam has been told so often, and has answered. */
    answered: async (count: number): Promise<void> => {
      while (seam.asked.filter(({ path }) => path === PATH).length < count) {
        await seam.clock.advance(1_000)
        await new Promise((resolve) => setImmediate(resolve))
      }
      await seam.client.ask('/other', {}, z.object({}), never)
    },
    /** For an hour nothing more is told. */
    stays: async (count: number): Promise<void> => {
      await seam.clock.advance(HOUR_MS)
      await seam.client.ask('/other', {}, z.object({}), never)
      expect(seam.asked.filter(({ path }) => path === PATH)).toHaveLength(count)
      expect(seam.clock.pendingTimers).toBe(0)
    },
  })
}

/** As the request body of Seam's OpenAPI document has it. */
const report = (...isRemoved: readonly [boolean, boolean]) => ({
  acs_system_id: SYSTEM_ID,
  acs_encoders: isRemoved.map((is_removed, index) => ({
    is_removed,
    hotek_metadata: { encoder_number: String(index + 1) },
  })),
})

test('at the start Seam is told which encoders are there, once what is there has settled', async () => {
  await using rig = await openRig('ready', 'absent')
  rig.answer(PATH, fine)
  rig.open()
  await rig.clock.advance(SETTLE_MS - 1)
  expect(rig.reports()).toEqual([])
  await rig.answered(1)
  expect(rig.reports()).toEqual([report(false, true)])
  await expect.poll(() => rig.log).toMatchObject([{ level: 'info', facts: { encoders: 2 } }])
  // Work at an encoder, a fault of one that is there, and a plug that makes and breaks are no news.
  rig.become({ Front: 'leased' })
  rig.become({ Front: 'absent' })
  rig.become({ Front: 'opening' })
  rig.become({ Front: 'failed' })
  await rig.stays(1)
})

test('an encoder that is unplugged, or plugged in again, is told once', async () => {
  await using rig = await openRig('ready', 'ready')
  rig.answer(PATH, fine)
  rig.open()
  await rig.answered(1)
  rig.become({ Back: 'absent' })
  await rig.answered(2)
  rig.become({ Back: 'ready' })
  await rig.answered(3)
  expect(rig.reports()).toEqual([report(false, false), report(false, true), report(false, false)])
  await rig.stays(3)
})

test('an encoder of which nobody knows yet is not told of', async () => {
  await using rig = await openRig('opening', 'ready')
  rig.answer(PATH, fine)
  rig.open()
  await rig.answered(1)
  const second = { is_removed: false, hotek_metadata: { encoder_number: '2' } }
  expect(rig.reports()).toEqual([{ acs_system_id: SYSTEM_ID, acs_encoders: [second] }])
  rig.become({ Front: 'absent' })
  await rig.answered(2)
  expect(rig.reports()[1]).toEqual(report(true, false))
})

test('a Seam that asks to slow down is told after the time that it names', async () => {
  await using rig = await openRig('ready', 'ready')
  rig.answer(PATH, refused(429, { 'retry-after': '30' }), fine)
  rig.open()
  await rig.answered(1)
  const askedAt = rig.clock.now()
  await rig.answered(2)
  expect(rig.clock.now() - askedAt).toBeGreaterThanOrEqual(30_000)
  await expect.poll(() => rig.log.map(({ level }) => level)).toEqual(['info'])
  await rig.stays(2)
})

test.each<[string, Answer]>([
  ['hangs up', 'cut'],
  ['fails', refused(503)],
  ['stands behind a sign-in page', { body: '<html>' }],
])('a Seam that %s is told again until it has heard, and that is logged once', async (_, answer) => {
  await using rig = await openRig('ready', 'ready')
  rig.answer(PATH, answer, answer, fine)
  rig.open()
  await rig.answered(3)
  await expect.poll(() => rig.log.at(-1)?.level).toBe('info')
  expect(rig.log).toMatchObject([
    { level: 'warn', facts: { code: 'seam_unreachable', owner: 'installer' } },
    { level: 'info' },
  ])
  await rig.stays(3)
})

test.each<[string, number, string, string]>([
  ['does not take the report', 400, 'seam_refused', 'integrator'],
  ['does not take the key', 401, 'seam_unauthorized', 'installer'],
])('a Seam that %s is not asked for ever; the log says why and whose it is, once', async (_, ...told) => {
  const [status, code, owner] = told
  await using rig = await openRig('ready', 'ready')
  rig.answer(PATH, refused(status))
  rig.open()
  await rig.answered(1)
  await expect.poll(() => rig.log).toMatchObject([{ level: 'warn', facts: { code, owner } }])
  await rig.stays(1)
  // Something else is to be told: it may be taken.
  rig.become({ Back: 'absent' })
  await rig.answered(2)
  await rig.stays(2)
  expect(rig.log).toHaveLength(1)
})

test('a desk that closes tells nothing: its encoders are where they were', async () => {
  await using rig = await openRig('ready', 'ready')
  rig.answer(PATH, fine)
  const reports = rig.open()
  await rig.answered(1)
  rig.become({ Front: 'absent', Back: 'absent' })
  reports.close()
  await rig.stays(1)
  expect(rig.reports()).toEqual([report(false, false)])
})
