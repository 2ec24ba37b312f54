import { expect, test } from 'vitest'
import * as schema from '../../src/control/schema.ts'
import { backOffice, frontDesk, openControl } from '../support/fake-control-ports.ts'
import { bearer, json, send } from './request.ts'

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
