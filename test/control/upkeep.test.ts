import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { frontDesk, keyCoder, openControl } from '../support/fake-control-ports.ts'
import { oneLine } from '../support/fake-upkeep-ports.ts'
import { bearer, json, send } from './request.ts'

const open = async () => {
  const control = await openControl()
  return {
    ...control,
    get: (path: string) => send(control.port, 'GET', path, bearer(control.token)),
    call: (method: 'POST' | 'PUT', path: string, body: object) =>
      send(control.port, method, path, json(control.token), JSON.stringify(body)),
  }
}

test('settings are told as the file has them, and saved with the revision that was read', async () => {
  await using control = await open()
  expect((await control.get('/v1/settings')).body).toEqual({
    file: '/etc/encoder-bridge/config.yaml',
    revision: 'r1',
    schema: { type: 'object' },
    values: { log: { level: 'info' } },
    from_environment: ['hub.endpoint'],
    restart_needed: [],
    restart_error: null,
  })
  const values = { devices: [] }
  const saved = await control.call('PUT', '/v1/settings', { revision: 'r1', values })
  expect(saved.body).toMatchObject({ revision: 'r2', values, restart_needed: ['devices'] })
  const stale = await control.call('PUT', '/v1/settings', { revision: 'r1', values: {} })
  expect(stale.status).toBe(409)
  expect(stale.body).toMatchObject({ error: { code: 'settings_changed' } })
})

test('a body that is nested thousands of levels deep is refused, whatever it is for', async () => {
  await using control = await open()
  const deep = `${'['.repeat(6_000)}${']'.repeat(6_000)}`
  const tell = (method: string, path: string, body: string) =>
    send(control.port, method, path, json(control.token), body)
  const answers = [
    await tell('PUT', '/v1/settings', `{"revision":"r1","values":{"devices":${deep}}}`),
    await tell('POST', '/v1/scans', `{"encoder":${deep}}`),
  ]
  const refused = { error: { code: 'request_invalid', detail: 'It is nested more than 64 levels deep.' } }
  for (const { status, body } of answers) expect([status, body]).toMatchObject([400, refused])
  expect((await control.get('/v1/settings')).body).toMatchObject({ revision: 'r1' })
})

test('why the last restart went back is told with the settings', async () => {
  await using control = await open()
  const restartError = new BridgeError('port_taken', 'Port 27411 is held by another program.')
  control.upkeep.settings = { ...control.upkeep.settings, restartError }
  expect((await control.get('/v1/settings')).body).toMatchObject({ restart_error: { code: 'port_taken' } })
})

test('a restart is answered, and refused with the reason why the file would not start', async () => {
  await using control = await open()
  expect((await control.call('POST', '/v1/restart', {})).body).toEqual({ restarting: true })
  control.upkeep.refusal = new BridgeError(
    'config_invalid',
    'config.yaml, line 3: devices[0].name is missing.',
  )
  const refused = await control.call('POST', '/v1/restart', {})
  expect(refused.body).toMatchObject({
    error: { code: 'config_invalid', detail: 'config.yaml, line 3: devices[0].name is missing.' },
  })
})

test('what is plugged in is told with whose it may be and whether it is set up', async () => {
  await using control = await open()
  const device = {
    transport: 'serial',
    description: 'FTDI',
    drivers: [{ id: 'pn532', isOwn: false, note: 'an FTDI' }],
  }
  control.upkeep.connected = [
    { ...device, path: '/dev/ttyUSB0', identity: 'path:/dev/ttyUSB0' },
    { ...device, path: '/dev/ttyUSB1', identity: 'path:/dev/ttyUSB1' },
  ]
  const { body } = await control.get('/v1/devices/connected')
  expect(body).toMatchObject({
    devices: [
      {
        path: '/dev/ttyUSB0',
        is_configured: true,
        drivers: [{ id: 'pn532', is_own: false, note: 'an FTDI' }],
      },
      { path: '/dev/ttyUSB1', is_configured: false },
    ],
  })
})

test('the drivers of the program are listed', async () => {
  await using control = await open()
  expect((await control.get('/v1/drivers')).body).toEqual({
    drivers: [
      {
        id: 'pn532',
        kind: 'card',
        transports: ['serial'],
        technologies: ['mifare-classic-1k'],
        summary: 'NXP PN532',
      },
    ],
  })
})

test('a test card is ordered at an encoder that writes cards, and at no other one', async () => {
  await using control = await open()
  const scanner = { ...frontDesk, encoderId: keyCoder.encoderId, name: 'Wand', kind: 'scanner' as const }
  control.state.encoders = [frontDesk, keyCoder]
  expect((await control.call('POST', '/v1/tests', { encoder: 'front desk' })).body).toEqual({
    order_id: 'order-1',
  })
  const locks = await control.call('POST', '/v1/tests', { encoder: 'Key Coder' })
  expect(locks.body).toMatchObject({ error: { code: 'not_supported' } })
  expect(locks.text).toContain('order a key for a room that nobody has')
  control.state.encoders = [scanner]
  const wand = await control.call('POST', '/v1/tests', {})
  expect(wand.body).toMatchObject({ error: { code: 'not_supported' } })
  expect(control.calls).toEqual([{ test: frontDesk.encoderId }])
})

test('the newest lines of the log are told, as many as are asked for', async () => {
  await using control = await open()
  control.upkeep.lines = [oneLine, { ...oneLine, message: 'ready' }]
  const { body } = await control.get('/v1/log?limit=1')
  expect(body).toEqual({ lines: [{ ...oneLine, message: 'ready' }] })
  expect((await control.get('/v1/log?limit=2001')).status).toBe(400)
})

test('a capture is started, told and stopped', async () => {
  await using control = await open()
  expect((await control.get('/v1/diagnostics')).body).toEqual({ capture: null })
  const started = { started_at: oneLine.at, ends_at: '2026-11-23T10:10:00.000Z', lines: 0 }
  expect((await control.call('POST', '/v1/diagnostics/start', {})).body).toEqual({ capture: started })
  expect((await control.call('POST', '/v1/diagnostics/stop', {})).body).toEqual({ capture: null })
  expect(control.calls).toEqual(['start capture', 'stop capture'])
})

test('the bundle comes as it is', async () => {
  await using control = await open()
  control.upkeep.bundle = Uint8Array.of(0x50, 0x4b, 0x05, 0x06)
  const answer = await control.get('/v1/diagnostics/bundle')
  expect(answer.headers['content-type']).toBe('application/zip')
  expect(answer.text).toBe('PK\u0005\u0006')
})
