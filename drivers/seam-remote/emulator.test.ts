import { expect, test } from 'vitest'
import { type HttpEmulator, type HttpResponse, isBridgeError } from 'encoder-bridge/driver'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { createSeamEmulator } from './emulator.ts'

const [first, second] = ['5ea00003-0000-4000-8000-000000000001', '5ea00003-0000-4000-8000-000000000002']
const accessMethod = { access_method_id: '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01' }
const uid = '04A1B2C3D4E580'
const attempt = { action_attempt_id: '5ea00004-0000-4000-8000-000000000001' }
const encodes = '/access_methods/encode'
const assigns = '/acs/encoders/scan_to_assign_credential'

const start = (realtime = false) => {
  const clock: FakeClock = createFakeClock()
  const emulator: HttpEmulator = createSeamEmulator({ clock, realtime })
  const ask = (path: string, body: unknown, signal = new AbortController().signal): Promise<HttpResponse> =>
    emulator.handle({ method: 'POST', path, body }, { signal })
  const statusOf = async (): Promise<unknown> => {
    const { body } = await ask('/action_attempts/get', attempt)
    return (body as { action_attempt: { status: string } }).action_attempt.status
  }
  return { clock, emulator, ask, statusOf }
}

test.each([
  ['an encode without an access method', encodes, { acs_encoder_id: first }, 400],
  ['an encode without an encoder', encodes, accessMethod, 400],
  ['an encode on no encoder', encodes, { ...accessMethod, acs_encoder_id: uid }, 400],
  ['a card for nobody', assigns, { acs_encoder_id: first }, 400],
  ['a card for two', assigns, { acs_encoder_id: first, acs_user_id: first, user_identity_id: first }, 400],
  ['a body that is none', encodes, 'encode', 400],
  ['another encoder', encodes, { ...accessMethod, acs_encoder_id: attempt.action_attempt_id }, 404],
  ['an attempt that never was', '/action_attempts/get', attempt, 404],
  ['a path that there is not', '/locks/unlock_door', {}, 404],
])('%s is refused, and makes nothing', async (_, path, body, status) => {
  const { emulator, ask } = start()
  emulator.placeCard({ type: 'key', uid })
  expect((await ask(path, body)).status).toBe(status)
  expect(emulator.countWrites(uid)).toEqual([0])
})

test('with time an encode takes three seconds, without it none', async () => {
  for (const realtime of [true, false]) {
    const { clock, emulator, ask, statusOf } = start(realtime)
    emulator.placeCard({ type: 'key', uid })
    await ask(encodes, { ...accessMethod, acs_encoder_id: first })
    await clock.advance(realtime ? 2900 : 0)
    expect(await statusOf()).toBe(realtime ? 'pending' : 'success')
    await clock.advance(100)
    expect(await statusOf()).toBe('success')
  }
})

test('a card is waited for on its own encoder, for thirty seconds', async () => {
  const { clock, emulator, ask, statusOf } = start()
  await ask(encodes, { ...accessMethod, acs_encoder_id: second })
  emulator.placeCard({ type: 'key', uid, encoder: first })
  expect(await statusOf()).toBe('pending')
  emulator.placeCard({ type: 'key', uid, encoder: second })
  expect(await statusOf()).toBe('success')
  expect(emulator.countWrites(uid)).toEqual([1])

  const patient = start()
  await patient.ask(encodes, { ...accessMethod, acs_encoder_id: first })
  await patient.clock.advance(29_999)
  expect(await patient.statusOf()).toBe('pending')
  await patient.clock.advance(1)
  expect(await patient.statusOf()).toBe('error')
  expect(clock.pendingTimers + patient.clock.pendingTimers).toBe(0)
})

test('what is never answered ends with the request’s own signal, or when the server goes', async () => {
  const { emulator, ask } = start()
  const body = { ...accessMethod, acs_encoder_id: first }
  emulator.inject({ fault: 'deaf', count: 2 })
  const abort = new AbortController()
  const given = ask(encodes, body, abort.signal)
  abort.abort()
  await expect(given).rejects.toSatisfy((error) => isBridgeError(error, 'aborted'))
  const held = ask(encodes, body)
  emulator.close()
  await expect(held).rejects.toSatisfy((error) => isBridgeError(error, 'device_lost'))
})

test('an answer that is late comes with the next request', async () => {
  const { emulator, ask } = start()
  emulator.placeCard({ type: 'key', uid })
  emulator.inject({ fault: 'late' })
  const late = ask(encodes, { ...accessMethod, acs_encoder_id: first })
  expect(emulator.countWrites(uid)).toEqual([1])
  await ask('/workspaces/get', undefined)
  expect((await late).status).toBe(200)
})
