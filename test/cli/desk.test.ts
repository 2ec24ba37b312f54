import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { createFakeRuntime, createFakeTerminal, openDir, runCommand } from '../support/command-line.ts'
import { frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'

const hubUrl = 'http://127.0.0.1:27412'

/** A hub that answers one request with what the test says, and keeps it. */
const openHub = async (status: number, answer: string) => {
  const requests: { url: string; authorization: string; body: unknown }[] = []
  const server = createServer((request, response) => {
    let text = ''
    request.on('data', (piece: Buffer) => {
      text += piece.toString('utf8')
    })
    request.on('end', () => {
      const { url = '', headers } = request
      requests.push({ url, authorization: headers.authorization ?? '', body: JSON.parse(text) })
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(answer)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    requests,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const pendingCode = {
  state: 'pending',
  code: 'XY34ZA',
  expiresAt: '2026-11-23T10:03:00.000Z',
  remainingMs: 42_000,
} as const

test('pair with a key, and no daemon, pairs by itself', async () => {
  using dir = openDir()
  const argv = ['pair', '--data', dir.path, '--hub', hubUrl, '--api-key', 'seam_key1', '--json']
  const { code, out, calls } = await runCommand(argv)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ bridge_id: 'b1', acs_system_id: 's1', hub_endpoint: hubUrl })
  expect(calls).toEqual([
    {
      pair: {
        dataDir: dir.path,
        hubEndpoint: hubUrl,
        apiKey: 'seam_key1',
        enrolmentToken: null,
        acsSystemId: null,
      },
    },
  ])
})

test('pair without a key shows the code and the command that claims it', async () => {
  using dir = openDir()
  const { code, out } = await runCommand(['pair', '--data', dir.path, '--hub', hubUrl])
  expect(code).toBe(0)
  expect(out).toContain('Pairing code: AB12CD   (for 2 min 59 s, until ')
  expect(out).toContain(`encoder-bridge hub claim AB12CD --hub ${hubUrl} --api-key KEY`)
  expect(out).toContain(`Paired with ${hubUrl} as bridge b1.`)
})

test('pair goes through the daemon where one runs, and waits for the claim', async () => {
  await using control = await openControl()
  control.state.pairing = pendingCode
  const fake = createFakeTerminal()
  const { runtime, calls } = createFakeRuntime()
  const ended = runCli(['pair', '--data', control.dataDir, '--hub', hubUrl], runtime, fake.terminal)
  await expect.poll(() => fake.written.out).toContain('Pairing code: XY34ZA   (for 42 s, until ')
  control.state.pairing = { state: 'paired', bridgeId: 'b2', acsSystemId: 's2', hubEndpoint: hubUrl }
  expect(await ended).toBe(0)
  expect(fake.written.out).toContain('as bridge b2.')
  expect(control.calls).toEqual([
    { pair: { hubEndpoint: hubUrl, apiKey: null, enrolmentToken: null, acsSystemId: null } },
  ])
  expect(calls).toEqual([])
})

test('a pairing that fails at the daemon ends with its cause', async () => {
  await using control = await openControl()
  control.state.pairing = {
    state: 'failed',
    error: new BridgeError('pairing_expired', '5 codes were shown.'),
  }
  const { code, err } = await runCommand(['pair', '--data', control.dataDir, '--hub', hubUrl])
  expect(code).toBe(6)
  expect(err).toContain('5 codes were shown. (pairing_expired)')
})

test('Ctrl-C while the code waits gives up', async () => {
  await using control = await openControl()
  control.state.pairing = pendingCode
  const fake = createFakeTerminal()
  const ended = runCli(
    ['pair', '--data', control.dataDir, '--hub', hubUrl],
    createFakeRuntime().runtime,
    fake.terminal,
  )
  await expect.poll(() => fake.written.out).toContain('Pairing code')
  fake.interrupt()
  expect(await ended).toBe(7)
})

test('hub claim sends the code to the hub with the API key', async () => {
  await using hub = await openHub(200, '{"bridge":{"bridge_id":"b1"},"ok":true}')
  const argv = ['hub', 'claim', 'AB12CD', '--hub', hub.url, '--api-key', 'seam_key1', '--json']
  const { code, out } = await runCommand(argv)
  expect(code).toBe(0)
  expect(JSON.parse(out)).toMatchObject({ bridge: { bridge_id: 'b1' } })
  expect(hub.requests).toEqual([
    { url: '/bridges/claim', authorization: 'Bearer seam_key1', body: { pairing_code: 'AB12CD' } },
  ])
})

test.each([
  [404, '{"error":{"type":"x","message":"No such code."}}', '(hub_refused)', 'No such code.'],
  [200, 'rubbish', '(hub_protocol)', 'speaks no JSON'],
])('a hub that answers %i %s is told as it is', async (status, answer, code, words) => {
  await using hub = await openHub(status, answer)
  const result = await runCommand(['hub', 'claim', 'AB12CD', '--hub', hub.url, '--api-key', 'k'])
  expect(result.code).toBe(6)
  expect(result.err).toContain(code)
  expect(result.err).toContain(words)
})

test('hub claim without an API key is refused', async () => {
  const { code, err } = await runCommand(['hub', 'claim', 'AB12CD'])
  expect(code).toBe(2)
  expect(err).toContain('--api-key')
})

test('devices lists encoders, drivers and ports', async () => {
  await using control = await openControl()
  control.state.encoders = [{ ...frontDesk, state: 'absent', error: new BridgeError('device_absent') }]
  const { code, out } = await runCommand(['devices', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(out).toBe(
    [
      'Encoders',
      '  Front Desk  pn532  /dev/ttyUSB0  absent  PN532 1.6',
      '    Cause:         The encoder is not connected. (device_absent)',
      '    Whose to fix:  whoever set this bridge up',
      '    Next step:     Plug the encoder in, or check the network line to the lock system. If it is connected, correct its `path` or `match` in the configuration.',
      'Drivers',
      '  pn532  NXP PN532',
      'Serial ports',
      '  /dev/ttyUSB0  FTDI',
      'Connected and known to a driver',
      '  nothing',
      '',
    ].join('\n'),
  )
})

test('devices works without a daemon', async () => {
  using dir = openDir()
  const { code, out } = await runCommand(['devices', '--data', dir.path, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({
    encoders: null,
    drivers: [{ id: 'pn532', name: 'NXP PN532' }],
    serial_ports: [{ path: '/dev/ttyUSB0', description: 'FTDI' }],
    connected: [],
    remarks: [],
  })
})

test('status shows the link, waiting results, encoders and open sessions', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const { code, out } = await runCommand(['status', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(out).toMatch(/^Version {2}1\.2\.3$/m)
  expect(out).toContain('Link     connected to http://127.0.0.1:27412 over websocket')
  expect(out).toContain('Results  2 wait for the hub, the oldest since 2026-11-23T10:00:00.000Z')
  expect(out).toContain('  Front Desk  pn532  /dev/ttyUSB0  ready  PN532 1.6')
  expect(out).toContain('  order-1  encode  Front Desk  Place the card on Front Desk.')
})

test('doctor prints the one command that helps, and exits 3 when a check failed', async () => {
  using dir = openDir()
  const { code, out, calls } = await runCommand(['doctor', '--data', dir.path])
  expect(code).toBe(3)
  expect(out).toBe('ok      node  Node 20.\nFAILED  port  Denied.\n         → sudo usermod -aG dialout me\n')
  expect(calls).toEqual([{ doctor: { dataDir: dir.path, configPath: null } }])
})

test('doctor asks the daemon where one runs', async () => {
  await using control = await openControl()
  const { code, out, calls } = await runCommand(['doctor', '--data', control.dataDir, '--json'])
  expect(code).toBe(0)
  expect(JSON.parse(out)).toEqual({ checks: [{ name: 'node', status: 'ok', message: 'Node 20.' }] })
  expect(calls).toEqual([])
})

test('doctor examines this computer itself when the daemon has died without a word', async () => {
  using dir = openDir()
  writeFileSync(join(dir.path, 'daemon.json'), '{"endpoint":"http://127.0.0.1:1","pid":1}')
  writeFileSync(join(dir.path, 'control-token'), 'f'.repeat(64))
  const { calls } = await runCommand(['doctor', '--data', dir.path])
  expect(calls).toEqual([{ doctor: { dataDir: dir.path, configPath: null } }])
})

test('audit prints the lines as they come', async () => {
  await using control = await openControl()
  control.state.audit = ['2026-11-22T10:00:00.000Z', '2026-11-23T10:00:00.000Z'].map((at) => ({
    at,
    event: 'ended',
    orderId: 'order-1',
    orderedBy: 'desk',
    encoderId: null,
    uid: null,
    outcome: 'encoded',
  }))
  const { code, out } = await runCommand(['audit', '--data', control.dataDir, '--since', '2026-11-23'])
  expect(code).toBe(0)
  expect(out).toBe(
    '{"at":"2026-11-23T10:00:00.000Z","event":"ended","order_id":"order-1","ordered_by":"desk","encoder_id":null,"card_uid":null,"outcome":"encoded"}\n',
  )
})

test('audit shows a terminal no control character and no reversed text of a name that a hub has sent', async () => {
  await using control = await openControl()
  const event = {
    event: 'ended',
    orderId: 'order-1',
    encoderId: null,
    uid: null,
    outcome: 'encoded',
  } as const
  const orderedBy = '\u009b2Jdesk \u202eeul\u0007B'
  control.state.audit = [{ ...event, at: '2026-11-23T10:00:00.000Z', orderedBy }]
  const { out } = await runCommand(['audit', '--data', control.dataDir])
  expect(out).toContain(String.raw`"ordered_by":"\u009b2Jdesk \u202eeul\u0007B"`)
  expect(out).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u)
  expect(JSON.parse(out)).toMatchObject({ ordered_by: orderedBy })
})

test('a daemon file that points at something else is told apart from a daemon', async () => {
  await using hub = await openHub(200, '{"hello":"world"}')
  using dir = openDir()
  writeFileSync(join(dir.path, 'daemon.json'), JSON.stringify({ endpoint: hub.url, pid: process.pid }))
  writeFileSync(join(dir.path, 'control-token'), 'f'.repeat(64))
  const { code, err } = await runCommand(['scan', '--data', dir.path])
  expect(code).toBe(3)
  expect(err).toContain('is of another version')
})
