import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { CardUid, noUid, OrderId } from '../../src/contract/ids.ts'
import * as schema from '../../src/control/schema.ts'
import * as events from '../../src/control/schema/events.ts'
import { backOffice, frontDesk, openControl } from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

const read = { technology: 'em4100', data: Uint8Array.of(0x12, 0x34), bitCount: 16, symbology: null } as const

/** Listens to the events of a control API; `next` waits for the next line. */
const listen = async (control: { readonly endpoint: string; readonly token: string }, query = '') => {
  const response = await fetch(`${control.endpoint}/v1/events${query}`, {
    headers: { authorization: `Bearer ${control.token}` },
  })
  if (response.body === null) throw new Error('no body')
  const lines = createInterface({ input: Readable.fromWeb(response.body as never) })[Symbol.asyncIterator]()
  return {
    type: response.headers.get('content-type'),
    next: async (): Promise<events.EventBody | null> => {
      const { done, value } = await lines.next()
      return done === true ? null : events.EventBody.parse(JSON.parse(value))
    },
  }
}

test('an encoder tells what it is, how it is reached, and by what it is known', async () => {
  await using control = await openControl()
  const { body } = await send(control.port, 'GET', '/v1/encoders', bearer(control.token))
  expect(schema.EncodersResponse.parse(body).encoders[0]).toMatchObject({
    kind: 'card',
    transport: 'serial',
    path: '/dev/ttyUSB0',
    identity: 'path:/dev/ttyUSB0',
    presentation: 'field',
    indicators: [],
    serial_number: null,
  })
})

test('accepting is asked of the devices by the encoder’s name', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  const body = JSON.stringify({ encoder: 'back office' })
  const answer = await send(control.port, 'POST', '/v1/encoders/accept', json(control.token), body)
  expect(schema.EncodersResponse.parse(answer.body).encoders).toHaveLength(2)
  expect(control.calls).toEqual([{ accept: backOffice.encoderId }])
})

test.each([
  [
    { kind: 'shown', encoderId: frontDesk.encoderId },
    { kind: 'shown', encoder: { name: 'Front Desk' } },
  ],
  [
    { kind: 'seen', encoderId: frontDesk.encoderId },
    { kind: 'seen', encoder: { name: 'Front Desk' } },
  ],
  [
    { kind: 'setUp', encoderId: frontDesk.encoderId, path: '/dev/ttyUSB4' },
    { kind: 'set_up', encoder: { name: 'Front Desk' }, path: '/dev/ttyUSB4' },
  ],
] as const)('identifying tells %j', async (identified, told) => {
  await using control = await openControl()
  control.state.identified = identified
  const answer = await send(control.port, 'POST', '/v1/encoders/identify', json(control.token), '{}')
  expect(schema.IdentifyResponse.parse(answer.body)).toMatchObject(told)
  expect(control.calls).toEqual([{ identify: null }])
})

test('identifying that nobody answers ends with nothing, after the time that was asked for', async () => {
  await using control = await openControl()
  const body = JSON.stringify({ encoder: 'Front Desk', wait_ms: 0 })
  const answer = await send(control.port, 'POST', '/v1/encoders/identify', json(control.token), body)
  expect(answer.body).toEqual({ kind: 'nothing' })
  expect(control.calls).toEqual([{ identify: frontDesk.encoderId }])
})

test('events begin with every encoder, and tell one again when something of it has changed', async () => {
  await using control = await openControl()
  const events = await listen(control)
  expect(events.type).toBe('application/x-ndjson')
  expect(await events.next()).toMatchObject({ type: 'device.changed', encoder: { state: 'ready' } })
  control.changes.tell()
  control.state.encoders = [{ ...frontDesk, state: 'absent', error: new BridgeError('device_lost') }]
  control.changes.tell()
  expect(await events.next()).toMatchObject({
    type: 'device.changed',
    encoder: { state: 'absent', error: { code: 'device_lost' } },
  })
})

test('events tell the cards that sessions are shown, without a UID for a card that has none', async () => {
  await using control = await openControl()
  const events = await listen(control)
  await events.next()
  const shown = { encoderId: frontDesk.encoderId, orderId: OrderId.parse('order-1') }
  control.cards.tell({ ...shown, card: { uid: CardUid.parse('04AABBCC'), technology: 'mifare-classic-1k' } })
  control.cards.tell({ ...shown, card: { uid: noUid, technology: 'magstripe' } })
  expect(await events.next()).toMatchObject({
    type: 'card.presented',
    encoder_name: 'Front Desk',
    order_id: 'order-1',
    card_uid: '04AABBCC',
    technology: 'mifare-classic-1k',
  })
  expect(await events.next()).toMatchObject({ card_uid: null, technology: 'magstripe' })
})

test.each([
  ['', null],
  ['?reveal=false', null],
  ['?reveal=true', '1234'],
])('a read is told with its data only to who asks for that: %s', async (query, data) => {
  await using control = await openControl()
  const events = await listen(control, query)
  await events.next()
  control.reads.tell({ encoderId: frontDesk.encoderId, read })
  expect(await events.next()).toMatchObject({
    type: 'scanner.read',
    technology: 'em4100',
    size_bytes: 2,
    bit_count: 16,
    data,
  })
})

test('events end when the daemon stops, and nobody is observed after that', async () => {
  const control = await openControl()
  const events = await listen(control)
  await events.next()
  const ended = events.next()
  await control.close()
  expect(await ended).toBeNull()
  expect([control.changes, control.reads, control.cards].map(({ count }) => count())).toEqual([0, 0, 0])
})

test('a client that reads nothing is left behind', async () => {
  await using control = await openControl()
  const response = await fetch(`${control.endpoint}/v1/events`, {
    headers: { authorization: `Bearer ${control.token}` },
  })
  expect(control.reads.count()).toBe(1)
  // More than the buffers of both ends hold.
  const long = { ...read, data: new Uint8Array(4_096) }
  for (let index = 0; index < 20_000 && control.reads.count() > 0; index += 1) {
    control.reads.tell({ encoderId: frontDesk.encoderId, read: long })
    if (index % 1_000 === 999) await new Promise((resolve) => setImmediate(resolve))
  }
  expect(control.reads.count()).toBe(0)
  await response.body?.cancel()
})

test('events want the token', async () => {
  await using control = await openControl()
  expect((await send(control.port, 'GET', '/v1/events', {})).status).toBe(401)
})
