import { expect, test } from 'vitest'
import { createHubWork } from '../../src/seam/hub-work.ts'
import { endOrder, METHOD_ID, openDesk } from './desk.ts'
import { HUB_TIME, openFakeHub } from './fake-hub.ts'

const LIST = '/bridge/v1/work/list'
const REVEAL = '/bridge/v1/access_methods/reveal'
const GRANT_ID = '88888888-8888-4888-8888-888888888888'
const never = new AbortController().signal

const told = {
  access_method_id: METHOD_ID,
  access_grant_id: GRANT_ID,
  action: 'assign',
  reservation_key: 'R-1',
  acs_entrances: [{ acs_entrance_id: 'door', display_name: 'Room 101' }],
  starts_at: HUB_TIME,
  ends_at: null,
  time_zone: 'Europe/Vienna',
  is_reissue: true,
}

const openRig = async () => {
  const hub = await openFakeHub()
  hub.rest.set(LIST, { body: { ok: true, work: [told] } })
  const desk = openDesk(hub.endpoint)
  const work = createHubWork({
    link: desk.link(),
    clock: desk.clock,
    wallClock: () => new Date(Date.parse(HUB_TIME) + desk.clock.now()),
  })
  const listings = (): number => hub.asked.filter(({ path }) => path === LIST).length
  /** The list has been asked for so often, and the last answer has arrived. */
  const asked = async (count: number): Promise<void> => {
    while (listings() < count || work.list().asOf === null) {
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  const close = async (): Promise<void> => {
    work.close()
    desk[Symbol.dispose]()
    await hub.close()
  }
  return { hub, desk, work, asked, listings, [Symbol.asyncDispose]: close }
}

test('the list comes in the daemon’s words, with its time', async () => {
  await using rig = await openRig()
  expect(await rig.work.refresh(never)).toEqual({
    items: [
      {
        accessMethodId: METHOD_ID,
        accessGrantId: GRANT_ID,
        action: 'assign',
        reservationKey: 'R-1',
        doors: [{ acsEntranceId: 'door', displayName: 'Room 101' }],
        startsAt: HUB_TIME,
        endsAt: null,
        timeZone: 'Europe/Vienna',
        isReissue: true,
      },
    ],
    asOf: HUB_TIME,
    error: null,
  })
})

test('who listens hears of it again when the hub has taken a result', async () => {
  await using rig = await openRig()
  rig.work.onChange(() => {})
  await rig.desk.clock.advance(0)
  await rig.hub.next('hello')
  await rig.asked(1)
  await rig.desk.clock.advance(1_000)
  const before = rig.listings()
  const isDelivered = new Promise<void>((resolve) => rig.desk.link().onDelivered(resolve))
  endOrder(rig.desk.journal, 'order-1')
  await rig.hub.next('result')
  await isDelivered
  await rig.desk.clock.advance(1_000)
  await rig.asked(before + 1)
  expect(rig.listings()).toBe(before + 1)
})

test.each([
  ['not_issued', 'not_issued'],
  ['not_supported', 'not_supported'],
] as const)('a secret that is not told says why: %s', async (reason, code) => {
  await using rig = await openRig()
  rig.hub.rest.set(REVEAL, { body: { ok: true, value: null, reason } })
  await expect(rig.work.reveal(METHOD_ID, 'code', never)).rejects.toMatchObject({ code })
})

test('a secret is asked for by Seam’s name and stands in no log', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(REVEAL, { body: { ok: true, value: 'https://ik.example/once', reason: null } })
  expect(await rig.work.reveal(METHOD_ID, 'instantKeyUrl', never)).toBe('https://ik.example/once')
  expect(rig.hub.asked.at(-1)?.body).toEqual({ access_method_id: METHOD_ID, secret: 'instant_key_url' })
  expect(rig.desk.logged.join('\n')).not.toContain('ik.example')
})

test('an answer of another shape is no list', async () => {
  await using rig = await openRig()
  rig.hub.rest.set(LIST, { body: { ok: true, work: [{ ...told, action: 'burn' }] } })
  expect(await rig.work.refresh(never)).toMatchObject({
    items: [],
    asOf: null,
    error: { code: 'hub_protocol' },
  })
})

test('a desk that is not paired says so', async () => {
  await using rig = await openRig()
  rig.desk.journal.setPairing(null)
  expect((await rig.work.refresh(never)).error?.code).toBe('not_paired')
  await expect(rig.work.grants({ reservationKey: 'R-1' }, never)).rejects.toMatchObject({
    code: 'not_paired',
  })
})
