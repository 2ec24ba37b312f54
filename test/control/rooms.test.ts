import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import type { RoomRow } from '../../src/contract/rooms.ts'
import * as schema from '../../src/control/schema.ts'
import * as rooms from '../../src/control/schema/rooms.ts'
import { checkRooms } from '../../src/control/doctor/rooms.ts'
import { openControl } from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

const room101: RoomRow = {
  acsEntranceId: '00000000-0000-4000-8000-000000000101',
  displayName: 'Room 101',
  room: '101',
  authorisation: null,
  system: 'SALTO',
}
const body101 = {
  acs_entrance_id: room101.acsEntranceId,
  display_name: 'Room 101',
  room: '101',
  authorisation: null,
  system: 'SALTO',
}

test('the list of rooms is shown, with why its file can’t be used', async () => {
  await using control = await openControl()
  control.state.rooms = { rows: [room101], error: new BridgeError('config_invalid', 'rooms.csv: line 3.') }
  const { body } = await send(control.port, 'GET', '/v1/rooms', bearer(control.token))
  expect(rooms.RoomsResponse.strict().parse(body)).toEqual({
    rooms: [body101],
    error: expect.objectContaining({ code: 'config_invalid', detail: 'rooms.csv: line 3.' }),
  })
  const status = await send(control.port, 'GET', '/v1/status', bearer(control.token))
  expect(schema.StatusResponse.parse(status.body).rooms).toMatchObject({
    count: 1,
    error: { code: 'config_invalid' },
  })
})

test.each([
  [{ rooms: [body101] }, false],
  [{ rooms: [body101], is_dry_run: true }, true],
])('the list is replaced as a whole (%#)', async (request, isDryRun) => {
  await using control = await openControl()
  const answer = await send(control.port, 'PUT', '/v1/rooms', json(control.token), JSON.stringify(request))
  expect(answer.body).toEqual({ added: 1, changed: 0, removed: 0, unchanged: 0 })
  expect(control.calls).toEqual([{ replaceRooms: [room101], isDryRun }])
})

test.each([
  ['without rooms', {}],
  ['with a word that nobody knows', { rooms: [], dry_run: true }],
  ['with a row that lacks a field', { rooms: [{ ...body101, system: undefined }] }],
])('a list %s is refused, and nothing happens', async (_, request) => {
  await using control = await openControl()
  const answer = await send(control.port, 'PUT', '/v1/rooms', json(control.token), JSON.stringify(request))
  expect(schema.ErrorBody.parse(answer.body).error.code).toBe('request_invalid')
  expect(control.calls).toEqual([])
})

test('a list of fifty thousand rooms fits into one request, and no other request may be so long', async () => {
  await using control = await openControl()
  const many = JSON.stringify({ rooms: Array.from({ length: 50_000 }, () => body101) })
  const answer = await send(control.port, 'PUT', '/v1/rooms', json(control.token), many)
  expect(answer.body).toMatchObject({ added: 50_000 })
  expect((await send(control.port, 'POST', '/v1/scans', json(control.token), many)).status).toBe(413)
})

test('the check answers with what is missing, unknown and not configured', async () => {
  await using control = await openControl()
  const lobby = { acsEntranceId: 'e1', displayName: 'Lobby' }
  control.state.roomsCheck = {
    entrances: [lobby],
    missing: [lobby],
    unknown: [room101],
    unknownSystems: ['Old House'],
  }
  const { body } = await send(control.port, 'GET', '/v1/rooms/check', bearer(control.token))
  const shown = { acs_entrance_id: 'e1', display_name: 'Lobby' }
  expect(rooms.RoomsCheckResponse.strict().parse(body)).toEqual({
    entrances: [shown],
    missing: [shown],
    unknown: [body101],
    unknown_systems: ['Old House'],
  })
})

test.each([
  [{ isNeeded: true, rowCount: 0, error: null }, 'warning', 'is empty'],
  [{ isNeeded: false, rowCount: 0, error: null }, 'skipped', 'No key system'],
  [{ isNeeded: true, rowCount: 9, error: null }, 'ok', '9'],
  [
    { isNeeded: false, rowCount: 9, error: new BridgeError('config_invalid', 'line 3.') },
    'failed',
    'line 3.',
  ],
] as const)('the doctor looks at the list of rooms (%#: %j)', (facts, status, words) => {
  const check = checkRooms(facts)
  expect(check).toMatchObject({ name: 'rooms', status, message: expect.stringContaining(words) })
})

test('a list with too many rows is refused before they are looked at', async () => {
  await using control = await openControl()
  const body = `{"rooms":[${'0,'.repeat(100_000)}0]}`
  const answer = await send(control.port, 'PUT', '/v1/rooms', json(control.token), body)
  expect(answer.status).toBe(400)
  expect(answer.body).toMatchObject({
    error: { code: 'request_invalid', detail: 'There are more than 100000 rows.' },
  })
})
