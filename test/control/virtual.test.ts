import { expect, test } from 'vitest'
import * as schema from '../../src/control/schema.ts'
import { frontDesk, openControl } from '../support/fake-control-ports.ts'
import { json, send } from './request.ts'

const virtual = { ...frontDesk, name: 'Virtual', driver: 'virtual', transport: 'none' as const }

const openDesk = async () => {
  const control = await openControl()
  control.state.encoders = [virtual, { ...frontDesk, encoderId: frontDesk.encoderId }]
  const post = (path: string, body: object) =>
    send(control.port, 'POST', path, json(control.token), JSON.stringify(body))
  return Object.assign(control, { post })
}

test('cards are placed and removed, and codes are shown, by the name of the device', async () => {
  await using control = await openDesk()
  const encoder = 'virtual'
  const card = { encoder, type: 'ntag213', uid: '04112233445580' }
  expect((await control.post('/v1/virtual/cards/place', card)).status).toBe(200)
  const filled = { ...card, memory: '0102' }
  expect((await control.post('/v1/virtual/cards/place', filled)).status).toBe(200)
  expect((await control.post('/v1/virtual/cards/remove', { encoder })).status).toBe(200)
  const code = { encoder, technology: 'barcode', text: '4711', symbology: ']Q0' }
  expect((await control.post('/v1/virtual/present', code)).status).toBe(200)
  const badge = { encoder, technology: 'unknown', hex: '02ec0c86', bit_count: 26 }
  expect((await control.post('/v1/virtual/present', badge)).status).toBe(200)
  const { type, uid } = card
  expect(control.calls).toEqual([
    { place: { name: 'Virtual', card: { type, uid } } },
    { place: { name: 'Virtual', card: { type, uid, memory: Uint8Array.of(1, 2) } } },
    { remove: { name: 'Virtual', uid: undefined } },
    {
      present: {
        name: 'Virtual',
        read: { technology: 'barcode', data: new TextEncoder().encode('4711'), symbology: ']Q0' },
      },
    },
    {
      present: {
        name: 'Virtual',
        read: { technology: 'unknown', data: Uint8Array.of(2, 0xec, 0x0c, 0x86), bitCount: 26 },
      },
    },
  ])
})

test('a real device has no field that the API could reach', async () => {
  await using control = await openDesk()
  for (const path of ['/v1/virtual/cards/place', '/v1/virtual/cards/remove', '/v1/virtual/present']) {
    const body = { encoder: frontDesk.name, type: 'classic1k', uid: '01020304' }
    const request = path.endsWith('place') ? body : path.endsWith('remove') ? { encoder: body.encoder } : null
    const refused = await control.post(
      path,
      request ?? { encoder: body.encoder, technology: 'barcode', text: '1' },
    )
    expect(refused.status).toBe(400)
    expect(schema.ErrorBody.parse(refused.body).error.message).toContain('no virtual device')
  }
  expect(control.calls).toEqual([])
})

test.each([
  ['a UID that is none', { type: 'classic1k', uid: 'hello' }],
  ['memory beyond every card', { type: 'classic1k', uid: '01020304', memory: '00'.repeat(4097) }],
  ['an unknown field', { type: 'classic1k', uid: '01020304', key: 'FFFFFFFFFFFF' }],
])('%s is refused', async (_, request) => {
  await using control = await openDesk()
  const refused = await control.post('/v1/virtual/cards/place', { encoder: 'virtual', ...request })
  expect(schema.ErrorBody.parse(refused.body).error.code).toBe('request_invalid')
  expect(control.calls).toEqual([])
})
