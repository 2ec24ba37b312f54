import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunningCommand } from '../support/command.ts'
import { openSite, poll, type Site } from '../support/site.ts'

/** A session waits for a card as long as the lock system does; the client alone would give up after ten seconds. */
const patiently = { waitForActionAttempt: { timeout: 60_000, pollingInterval: 50 } }
const KEY = '04A1B2C3D4E580'

interface Hotel extends Site {
  readonly daemon: RunningCommand
  /** Whatever the guest's door is called in the lock system. */
  order(encoder: string, more?: object): Promise<{ readonly id: string; readonly attempt: Promise<Attempt> }>
}

interface Attempt {
  readonly status: string
  readonly result: Record<string, unknown> | null
  readonly error: { readonly type: string; readonly message: string } | null
}

/** A hub, an emulated lock system with two encoders, and a daemon whose list says that the first door is room 101. */
const openHotel = async (driver: 'salto' | 'onity' | 'fias'): Promise<Hotel> => {
  const encoders = ['1', '2'].map((address) => ({ name: `Desk ${address}`, address }))
  const site = await openSite({ devices: [{ driver, name: 'Lock system', encoders, hosted: [] }] })
  const entrances = await site.seam.acs.entrances.list()
  writeFileSync(
    join(site.deskDir, 'rooms.csv'),
    `acs_entrance_id,display_name,room,authorisation,system\n${entrances[0]?.acs_entrance_id},Lobby,101,,\n`,
  )
  const daemon = site.startDaemon()
  await daemon.ready
  const order: Hotel['order'] = async (encoder, more = {}) => {
    const acs_encoder_id = await site.encoderId(encoder)
    const id = await site.newAccessMethod()
    const { action_attempt: begun } = (await site.post('/access_methods/encode', {
      access_method_id: id,
      acs_encoder_id,
      ...more,
    })) as unknown as { readonly action_attempt: { readonly action_attempt_id: string } }
    const attempt = poll(async () => {
      const answer = (await site.post('/action_attempts/get', {
        action_attempt_id: begun.action_attempt_id,
      })) as unknown as { readonly action_attempt: Attempt }
      return answer.action_attempt.status === 'pending' ? null : answer.action_attempt
    })
    return { id, attempt }
  }
  return Object.assign(site, { daemon, order })
}

const keyOn = async (site: Site, uid = KEY): Promise<unknown> => {
  const text = Buffer.from(await site.emulator.memory(uid)).toString()
  return text === '' ? null : JSON.parse(text)
}

const isIssued = async (site: Site, access_method_id: string): Promise<boolean> =>
  (await site.seam.accessMethods.get({ access_method_id })).is_issued

test.each(['salto', 'onity', 'fias'] as const)(
  'an order of the official Seam client ends as a key on the emulated %s, and the access method is issued',
  async (driver) => {
    await using hotel = await openHotel(driver)
    await hotel.emulator.ask({ do: 'place', type: 'key', uid: KEY, encoder: '2' })
    const access_method_id = await hotel.newAccessMethod()
    const acs_encoder_id = await hotel.encoderId('Desk 2')
    const attempt = await hotel.seam.accessMethods
      .encode({ access_method_id, acs_encoder_id }, patiently)
      .execute()
    expect(attempt).toMatchObject({ status: 'success', action_type: 'ENCODE_CREDENTIAL' })
    expect(await hotel.seam.accessMethods.get({ access_method_id })).toMatchObject({
      is_encoding_required: false,
      is_issued: true,
    })
    expect(await keyOn(hotel)).toMatchObject({ rooms: ['101'], copy: 0 })
    expect(await hotel.emulator.writes(KEY)).toEqual([1])
  },
)

/** What the lock system refuses with, and what an integrator must be told: the codes that Seam's OpenAPI document has. */
const refusals = [
  { driver: 'salto', fault: 'card_timeout', seam: 'no_credential_on_encoder' },
  { driver: 'salto', fault: 'card_foreign', seam: 'incompatible_card_format' },
  { driver: 'salto', fault: 'key_encoder_offline', seam: 'encoder_not_online' },
  { driver: 'salto', fault: 'room_out_of_service', seam: 'uncategorized_error' },
  { driver: 'fias', fault: 'room_checked_out', seam: 'credential_cannot_be_reissued' },
  { driver: 'fias', fault: 'key_order_refused', seam: 'uncategorized_error' },
] as const

test.each(refusals)(
  'when $driver refuses with $fault, the action attempt says $seam, nothing is issued, and the next order works',
  async ({ driver, fault, seam }) => {
    await using hotel = await openHotel(driver)
    await hotel.emulator.ask({ do: 'place', type: 'key', uid: KEY, encoder: '1' })
    await hotel.emulator.ask({ do: 'inject', fault })
    const refused = await hotel.order('Desk 1')
    expect(await refused.attempt).toMatchObject({ status: 'error', error: { type: seam } })
    expect(await isIssued(hotel, refused.id)).toBe(false)
    expect(await keyOn(hotel)).toBeNull()
    const next = await hotel.order('Desk 1')
    expect(await next.attempt).toMatchObject({ status: 'success' })
    expect(await isIssued(hotel, next.id)).toBe(true)
  },
)

test('a door without a room is told before anything is sent', async () => {
  await using hotel = await openHotel('salto')
  writeFileSync(join(hotel.deskDir, 'rooms.csv'), 'acs_entrance_id,display_name,room,authorisation,system\n')
  await hotel.emulator.ask({ do: 'place', type: 'key', uid: KEY, encoder: '1' })
  const { attempt } = await hotel.order('Desk 1')
  const { error } = await attempt
  expect(error?.type).toBe('uncategorized_error')
  expect(error?.message).toContain('no room of the lock system')
  expect(await keyOn(hotel)).toBeNull()
})

test('when the answer of SALTO is lost the key is read, and the access method is issued without a second key', async () => {
  await using hotel = await openHotel('salto')
  await hotel.emulator.ask({ do: 'place', type: 'key', uid: KEY, encoder: '1' })
  await hotel.emulator.ask({ do: 'inject', fault: 'cut' })
  const { id, attempt } = await hotel.order('Desk 1')
  expect(await attempt).toMatchObject({ status: 'success' })
  expect(await isIssued(hotel, id)).toBe(true)
  expect(await hotel.emulator.writes(KEY)).toEqual([1])
})

test('when the answer of FIAS is lost nobody says that the key was made, and it is not made twice', async () => {
  await using hotel = await openHotel('fias')
  await hotel.emulator.ask({ do: 'place', type: 'key', uid: KEY, encoder: '1' })
  await hotel.emulator.ask({ do: 'inject', fault: 'cut' })
  const { id, attempt } = await hotel.order('Desk 1')
  expect(await attempt).toMatchObject({ status: 'error', error: { type: 'uncategorized_error' } })
  expect(await isIssued(hotel, id)).toBe(false)
  expect(await hotel.emulator.writes(KEY)).toEqual([1])
})

test('a daemon that is killed while the lock system makes a key never orders it again', async () => {
  await using hotel = await openHotel('salto')
  const { id, attempt } = await hotel.order('Desk 1')
  await poll(async () => {
    const { sessions } = (await hotel.control('/v1/sessions')) as unknown as {
      sessions: readonly { readonly state: string }[]
    }
    return sessions.some(({ state }) => state === 'making_key') ? true : null
  })
  await hotel.daemon.kill()
  await hotel.emulator.ask({ do: 'place', type: 'key', uid: KEY, encoder: '1' })
  await hotel.startDaemon().ready
  const { status } = await attempt
  expect((await hotel.emulator.writes(KEY)).reduce((sum, count) => sum + count, 0)).toBeLessThanOrEqual(1)
  expect(await isIssued(hotel, id)).toBe(status === 'success')
  expect((await keyOn(hotel)) !== null || status === 'error').toBe(true)
})

test('three copies are three keys, on one encoder while the other one works', async () => {
  await using hotel = await openHotel('fias')
  for (const encoder of ['1', '2']) {
    await hotel.emulator.ask({ do: 'place', type: 'key', uid: `${KEY.slice(0, -1)}${encoder}`, encoder })
  }
  const [copies, single] = await Promise.all([hotel.order('Desk 1', { copies: 3 }), hotel.order('Desk 2')])
  expect(await Promise.all([copies.attempt, single.attempt])).toMatchObject([
    { status: 'success' },
    { status: 'success' },
  ])
  expect(await hotel.emulator.writes(`${KEY.slice(0, -1)}1`)).toEqual([3])
  expect(await hotel.emulator.writes(`${KEY.slice(0, -1)}2`)).toEqual([1])
})
