import { expect, test } from 'vitest'
import type { EncoderView } from '../../src/contract/encoders.ts'
import { EncoderId } from '../../src/contract/ids.ts'
import type { KeyAbilities } from '../../src/contract/key-system.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import * as schema from '../../src/control/schema.ts'
import { frontDesk, keyCoder, openControl, waitingSession } from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

const able = (abilities: Partial<KeyAbilities>, name = 'Limited'): EncoderView => ({
  ...keyCoder,
  name,
  encoderId: EncoderId.parse('55555555-5555-4555-8555-555555555555'),
  keys: keyCoder.keys && { ...keyCoder.keys, ...abilities },
})

const order = async (control: Awaited<ReturnType<typeof openControl>>, request: object) => {
  const { body } = await send(control.port, 'POST', '/v1/stays', json(control.token), JSON.stringify(request))
  return body
}
const refusalOf = (body: unknown) => schema.ErrorBody.parse(body).error

test.each([
  [
    { kind: 'check_out', room: '101' },
    { kind: 'checkOut', room: '101' },
  ],
  [
    { kind: 'move', room: '101', new_room: '204' },
    { kind: 'moveStay', room: '101', newRoom: '204', endsAt: null },
  ],
  [
    { kind: 'move', room: '101', new_room: '101', ends_at: '2026-11-25T11:00:00.000Z' },
    { kind: 'moveStay', room: '101', newRoom: '101', endsAt: '2026-11-25T11:00:00.000Z' },
  ],
  [{ kind: 'cancel_task' }, { kind: 'cancelTask' }],
])('%j is ordered at the encoder of the lock system, which need not be named', async (request, stay) => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, keyCoder]
  expect(await order(control, request)).toEqual({ order_id: 'order-1' })
  expect(control.calls).toEqual([{ stay, encoderId: keyCoder.encoderId }])
})

test('among several lock systems the only one that can do it is meant', async () => {
  await using control = await openControl()
  control.state.encoders = [able({ checksOut: false }), keyCoder]
  await order(control, { kind: 'check_out', room: '101' })
  expect(control.calls).toMatchObject([{ encoderId: keyCoder.encoderId }])
  expect(refusalOf(await order(control, { kind: 'cancel_task' })).detail).toBe(
    'Several encoders are here; name one of Limited, Key Coder.',
  )
})

test.each([
  ['check_out', { room: '1' }, { checksOut: false }, 'check rooms out'],
  ['move', { room: '1', new_room: '2' }, { movesStays: false }, 'move stays'],
  ['cancel_task', {}, { cancelsTasks: false }, 'cancel what its encoders do'],
])('%s is not supported where the protocol has no word for it', async (kind, more, abilities, does) => {
  await using control = await openControl()
  control.state.encoders = [able(abilities), frontDesk]
  const request = { kind, ...more }
  expect(refusalOf(await order(control, { ...request, encoder: 'limited' }))).toMatchObject({
    code: 'not_supported',
    detail: `The lock system of “Limited” can’t ${does} over this link.`,
  })
  expect(refusalOf(await order(control, { ...request, encoder: 'Front Desk' }))).toMatchObject({
    code: 'not_supported',
    detail: '“Front Desk” belongs to no lock system.',
  })
  expect(refusalOf(await order(control, request))).toMatchObject({
    code: 'not_supported',
    detail: `No encoder of this desk belongs to a lock system that can ${does}.`,
  })
  expect(control.calls).toEqual([])
})

test.each([
  [{ kind: 'check_out' }, 'request_invalid'],
  [{ kind: 'check_out', room: 'x'.repeat(65) }, 'request_invalid'],
  [{ kind: 'move', room: '101', new_room: '101' }, 'request_invalid'],
  [{ kind: 'move', room: '101', new_room: '204', ends_at: 'tomorrow' }, 'request_invalid'],
  [{ kind: 'evict', room: '101' }, 'request_invalid'],
  [{ kind: 'cancel_task', encoder: 'Lobby' }, 'encoder_unknown'],
])('%j is refused, and nothing happens', async (request, code) => {
  await using control = await openControl()
  control.state.encoders = [keyCoder]
  expect(refusalOf(await order(control, request)).code).toBe(code)
  expect(control.calls).toEqual([])
})

test('a scan at a lock system that can’t read is refused before it is ordered', async () => {
  await using control = await openControl()
  control.state.encoders = [able({ reads: false })]
  const answer = await send(control.port, 'POST', '/v1/scans', json(control.token), '{}')
  expect(refusalOf(answer.body)).toMatchObject({
    code: 'not_supported',
    detail: 'The lock system of “Limited” can’t read cards over this link.',
  })
  control.state.encoders = [keyCoder]
  await send(control.port, 'POST', '/v1/scans', json(control.token), '{}')
  expect(control.calls).toEqual([{ scan: keyCoder.encoderId }])
})

test('copies and a key for one opening reach the hub', async () => {
  await using control = await openControl()
  control.state.encoders = [keyCoder]
  const access_method_id = '33333333-3333-4333-8333-333333333333'
  const body = JSON.stringify({ access_method_id, purpose: 'one_shot', copies: 3 })
  await send(control.port, 'POST', '/v1/encodes', json(control.token), body)
  expect(control.calls).toMatchObject([{ encode: { purpose: 'oneShot', copies: 3 } }])
})

test('an encoder of a lock system shows its address and what it can do', async () => {
  await using control = await openControl()
  control.state.encoders = [keyCoder]
  const { body } = await send(control.port, 'GET', '/v1/encoders', bearer(control.token))
  expect(schema.EncodersResponse.parse(body).encoders[0]).toMatchObject({
    kind: 'keySystem',
    address: '01',
    keys: {
      purposes: ['new', 'additional', 'one_shot'],
      copies_at_once: 1,
      checks_out: true,
      assigns: false,
    },
  })
})

test.each<[Ending, object]>([
  [
    {
      kind: 'encoded',
      uid: null,
      technology: 'unknown',
      proof: 'confirmed',
      keys: {
        made: 2,
        wanted: 3,
        serialNumbers: ['04AA', '04BB'],
        shortfall: { code: 'card_timeout', detail: 'Key 3.' },
        remark: 'Until 12:00.',
      },
    },
    {
      kind: 'encoded',
      card_uid: null,
      technology: 'unknown',
      proof: 'confirmed',
      keys: {
        made: 2,
        wanted: 3,
        serial_numbers: ['04AA', '04BB'],
        shortfall: {
          code: 'card_timeout',
          message: 'No card was placed in time. Key 3.',
          owner: 'clerk',
          next_step: 'Order again and place a card on the encoder.',
          detail: 'Key 3.',
        },
        remark: 'Until 12:00.',
      },
    },
  ],
  [
    { kind: 'carriedOut', remark: 'Eject the card.' },
    { kind: 'carried_out', remark: 'Eject the card.' },
  ],
])('how a key system ended is told in full (%#)', async (ending, told) => {
  await using control = await openControl()
  control.show({ ...waitingSession, kind: 'stay', state: 'ended', ending })
  const { body } = await send(control.port, 'GET', '/v1/sessions/order-1', bearer(control.token))
  expect(schema.SessionBody.parse(body)).toMatchObject({ kind: 'stay', ending: told })
  const list = await send(control.port, 'GET', '/v1/sessions', bearer(control.token))
  expect(schema.SessionsResponse.parse(list.body).sessions[0]?.ending).toMatchObject({
    kind: (told as { kind: string }).kind,
    code: null,
  })
})
