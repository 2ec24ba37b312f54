import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Answer, KEY, openFakeSeam, refused } from './fake-seam.ts'

const never = new AbortController().signal
const PATH = '/workspaces/get'
const Told = z.object({ fine: z.boolean() })
const fine: Answer = { body: { fine: true, ok: true } }

const openRig = async () => {
  const seam = await openFakeSeam()
  return Object.assign(seam, { ask: () => seam.client.ask(PATH, {}, Told, never) })
}

describe('Seam asks to slow down', () => {
  test.each<[string, Record<string, string>, number]>([
    ['seconds', { 'retry-after': '7' }, 7_000],
    ['a date', { 'retry-after': 'Mon, 01 Jun 2026 12:00:09 GMT' }, 9_000],
    ['no time', {}, 1_000],
    ['a time that nobody waits for', { 'retry-after': '86400' }, 60_000],
    ['nonsense', { 'retry-after': 'soon' }, 1_000],
  ])('with %s, and is asked again after it and not before', async (_, headers, waitMs) => {
    await using rig = await openRig()
    rig.answer(PATH, refused(429, headers), fine)
    await rig.clock.drive(rig.ask(), 120_000)
    expect(rig.asked).toHaveLength(2)
    expect(rig.clock.now()).toBe(waitMs)
  })

  test('again and again, until that is what the caller is told', async () => {
    await using rig = await openRig()
    rig.answer(PATH, refused(429, { 'retry-after': '2' }))
    await expect(rig.clock.drive(rig.ask())).rejects.toMatchObject({ code: 'rate_limited' })
    expect(rig.asked).toHaveLength(5)
    expect(rig.clock.now()).toBe(8_000)
  })

  test('and meanwhile nothing else goes out either', async () => {
    await using rig = await openRig()
    rig.answer(PATH, refused(429, { 'retry-after': '30' }), fine)
    rig.answer('/other', fine)
    const first = rig.ask()
    await untilSent(rig)
    while (rig.clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve))
    const second = rig.client.ask('/other', {}, Told, never)
    await rig.clock.drive(Promise.all([first, second]))
    expect(rig.paths()).toHaveLength(3)
    expect(rig.clock.now()).toBe(30_000)
  })
})

describe('an answer that is none', () => {
  test.each<[string, Answer, string]>([
    ['is a fault of the server', refused(500), 'seam_unreachable'],
    ['is a gateway’s', { status: 502, body: '<html>' }, 'seam_unreachable'],
    ['is a time-out', refused(408), 'seam_unreachable'],
    [
      'is a redirect',
      { status: 302, headers: { location: 'http://portal.example/' }, body: '' },
      'seam_unreachable',
    ],
    ['is no JSON', { body: '<html>Sign in to the hotel network</html>' }, 'seam_unreachable'],
    ['is JSON of another shape', { body: { ok: true } }, 'seam_unreachable'],
    ['breaks off', 'half', 'seam_unreachable'],
    ['never begins', 'cut', 'seam_unreachable'],
    ['never comes', 'hang', 'seam_unreachable'],
    ['is longer than anybody reads', { body: 'x'.repeat(2_000_000) }, 'seam_unreachable'],
    ['refuses the key', refused(401), 'seam_unauthorized'],
    ['forbids it to the key', refused(403), 'seam_unauthorized'],
    ['refuses the question', refused(400), 'seam_refused'],
  ])('%s', async (_, answer, code) => {
    await using rig = await openRig()
    rig.answer(PATH, answer)
    const asked = rig.ask().catch((thrown: unknown) => thrown)
    await untilSent(rig)
    if (answer === 'hang') rig.expireRequests()
    const error = await asked
    expect(error).toMatchObject({ code })
    expect(String(error)).not.toContain(KEY)
  })
})

const untilSent = async ({ asked }: { asked: readonly unknown[] }): Promise<void> => {
  while (asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
}

test('the link is what the last question told of it', async () => {
  await using rig = await openRig()
  rig.answer(PATH, fine, refused(500), refused(401), refused(400), fine)
  const states: string[] = []
  rig.link.onChange(() => states.push(`${rig.link.view().state} ${rig.link.view().error?.code ?? '-'}`))
  for (let count = 0; count < 5; count += 1) await rig.ask().catch(() => undefined)
  expect(states).toEqual([
    'connected -',
    'waiting seam_unreachable',
    'refused seam_unauthorized',
    'connected -',
  ])
  expect(rig.link.view()).toMatchObject({ transport: 'rest', clockSkewMs: 0 })
})
