import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { CardUid, OrderId } from '../../src/contract/ids.ts'
import { createFakeRuntime, createFakeTerminal, openDir, runCommand } from '../support/command-line.ts'
import { backOffice, frontDesk, openControl, waitingSession } from '../support/fake-control-ports.ts'

const connected = {
  devices: [
    {
      transport: 'hid',
      path: '/dev/hidraw3',
      description: '/dev/hidraw3 (RF IDeas pcProx)',
      identity: 'port:1-2:0c27:3bfa',
      drivers: [{ id: 'pcprox', isOwn: true, note: 'pcProx' }],
    },
    {
      transport: 'serial',
      path: '/dev/ttyUSB1',
      description: '/dev/ttyUSB1 (FTDI FT232R)',
      identity: 'usb:0403:6001:A5',
      drivers: [
        { id: 'pn532', isOwn: false, note: 'FTDI' },
        { id: 'twn4', isOwn: false, note: 'FTDI' },
      ],
    },
  ],
  remarks: ['PC/SC does not run.'],
}

test('devices tells what is connected, whose it is, and what can’t be listed', async () => {
  using dir = openDir()
  const parts = { listConnected: () => Promise.resolve(connected) }
  const { code, out } = await runCommand(['devices', '--data', dir.path], parts)
  expect(code).toBe(0)
  expect(out).toContain(
    [
      'Connected and known to a driver',
      '  /dev/hidraw3 (RF IDeas pcProx)  pcprox',
      '  /dev/ttyUSB1 (FTDI FT232R)      perhaps pn532, twn4',
      '  PC/SC does not run.',
      '',
    ].join('\n'),
  )
})

test('devices --probe asks what is connected, and leaves alone what an encoder uses', async () => {
  await using control = await openControl()
  const { code, out, calls } = await runCommand(['devices', '--data', control.dataDir, '--probe'])
  expect(code).toBe(0)
  expect(calls).toEqual([{ probeConnected: ['/dev/ttyUSB0'] }])
  expect(out).toContain('Asked what they are\n  /dev/ttyUSB1  pn532  PN532 1.6\n')
})

test('devices without --probe asks nothing', async () => {
  using dir = openDir()
  const { calls } = await runCommand(['devices', '--data', dir.path])
  expect(calls).toEqual([])
})

test('devices shows an encoder that was never found, and why', async () => {
  await using control = await openControl()
  control.state.encoders = [
    {
      ...frontDesk,
      path: null,
      state: 'failed',
      error: new BridgeError('device_ambiguous', 'It could be: A; B.'),
    },
  ]
  const { out } = await runCommand(['devices', '--data', control.dataDir])
  expect(out).toContain('  Front Desk  pn532  –  failed')
  expect(out).toContain('It could be: A; B. (device_ambiguous)')
})

test('devices accept names the encoder to the daemon', async () => {
  await using control = await openControl()
  control.state.encoders = [frontDesk, backOffice]
  const { code, out } = await runCommand(['devices', 'accept', 'Back Office', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(control.calls).toEqual([{ accept: backOffice.encoderId }])
  expect(out).toContain('Accepted: what is connected is “Back Office” from now on.')
})

test('devices accept wants a daemon', async () => {
  using dir = openDir()
  const { code, err } = await runCommand(['devices', 'accept', 'Desk', '--data', dir.path])
  expect(code).toBe(3)
  expect(err).toContain('(daemon_unreachable)')
})

test.each([
  [{ kind: 'shown', encoderId: frontDesk.encoderId }, 'Front Desk has just lit up or sounded.'],
  [{ kind: 'seen', encoderId: frontDesk.encoderId }, 'That was Front Desk (/dev/ttyUSB0).'],
  [
    { kind: 'setUp', encoderId: frontDesk.encoderId, path: '/dev/ttyUSB4' },
    '/dev/ttyUSB4 is Front Desk from now on.',
  ],
] as const)('devices identify says what %j means', async (identified, sentence) => {
  await using control = await openControl()
  control.state.identified = identified
  const { code, out } = await runCommand(['devices', 'identify', 'Front Desk', '--data', control.dataDir])
  expect(code).toBe(0)
  expect(out).toContain(sentence)
  expect(control.calls).toEqual([{ identify: frontDesk.encoderId }])
})

test('devices identify waits until Ctrl-C when no card comes', async () => {
  await using control = await openControl()
  const fake = createFakeTerminal()
  const ended = runCli(
    ['devices', 'identify', '--data', control.dataDir],
    createFakeRuntime().runtime,
    fake.terminal,
  )
  await expect.poll(() => control.calls).toEqual([{ identify: null }])
  fake.interrupt()
  expect(await ended).toBe(7)
  expect(fake.written.err).toBe('Stopped.\n')
})

/** Follows the events of a control API until the test has seen enough. */
const watch = (dataDir: string, ...flags: readonly string[]) => {
  const fake = createFakeTerminal()
  const argv = ['devices', '--watch', '--data', dataDir, ...flags]
  return { fake, ended: runCli(argv, createFakeRuntime().runtime, fake.terminal) }
}

test('devices --watch tells what happens as it happens, and no number that was read', async () => {
  await using control = await openControl()
  control.show(waitingSession)
  const { fake, ended } = watch(control.dataDir)
  await expect.poll(() => fake.written.out).toMatch(/Front Desk {2}\/dev\/ttyUSB0 {2}ready\n/)
  control.state.encoders = [{ ...frontDesk, state: 'absent', error: new BridgeError('device_lost') }]
  control.changes.tell()
  control.cards.tell({
    encoderId: frontDesk.encoderId,
    orderId: OrderId.parse('order-1'),
    card: { uid: CardUid.parse('04AABBCC'), technology: 'ntag213' },
  })
  control.reads.tell({
    encoderId: frontDesk.encoderId,
    read: { technology: 'em4100', data: Uint8Array.of(0xab, 0xcd), bitCount: null, symbology: null },
  })
  await expect.poll(() => fake.written.out).toContain('Front Desk  read em4100, 2 bytes\n')
  expect(fake.written.out).toContain('absent: The encoder was unplugged or lost power. (device_lost)\n')
  expect(fake.written.out).toContain('card 04AABBCC (ntag213) for order-1\n')
  expect(fake.written.out).not.toContain('ABCD')
  fake.interrupt()
  expect(await ended).toBe(0)
})

test('devices --watch --reveal --json prints the events themselves, data included', async () => {
  await using control = await openControl()
  const { fake, ended } = watch(control.dataDir, '--reveal', '--json')
  await expect.poll(() => control.reads.count()).toBe(1)
  control.reads.tell({
    encoderId: frontDesk.encoderId,
    read: { technology: 'barcode', data: Uint8Array.of(0xab), bitCount: null, symbology: ']Q1' },
  })
  await expect.poll(() => fake.written.out).toContain('"data":"AB"')
  const types = fake.written.out
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { type: string }).type)
  expect(types).toEqual(['device.changed', 'scanner.read'])
  fake.interrupt()
  expect(await ended).toBe(0)
})

test('devices --watch says when the daemon has gone', async () => {
  await using control = await openControl()
  const { fake, ended } = watch(control.dataDir)
  await expect.poll(() => fake.written.out).toContain('ready')
  await control.close()
  expect(await ended).toBe(3)
  expect(fake.written.err).toContain('It has stopped. (daemon_unreachable)')
})

test('record keeps what was said in a new file, and says what to do with it', async () => {
  using dir = openDir()
  const out = join(dir.path, 'capture.json')
  const argv = ['record', 'Front Desk', '--data', dir.path, '--out', out, '--blank', 'A0A1', 'B0B1']
  const result = await runCommand(argv)
  expect(result.code).toBe(0)
  expect(result.calls).toEqual([{ record: { device: { name: 'Front Desk' }, secrets: ['A0A1', 'B0B1'] } }])
  expect(JSON.parse(readFileSync(out, 'utf8'))).toEqual({ exchanges: [{}] })
  expect(result.out).toContain('secrets replaced by zeros: 1.')
})

test('record takes a driver and a path in place of a device of the configuration', async () => {
  using dir = openDir()
  const out = join(dir.path, 'capture.json')
  const argv = ['record', '--driver', 'pn532', '--path', '/dev/ttyUSB3', '--data', dir.path, '--out', out]
  const { code, calls } = await runCommand(argv)
  expect(code).toBe(0)
  expect(calls).toEqual([{ record: { device: { driver: 'pn532', path: '/dev/ttyUSB3' }, secrets: [] } }])
})

test.each([
  ['nothing', []],
  ['a device and a driver', ['Front Desk', '--driver', 'pn532']],
  ['a driver without a path', ['--driver', 'pn532']],
])('record with %s to record is refused', async (_, words) => {
  using dir = openDir()
  const { code, calls } = await runCommand([
    'record',
    ...words,
    '--data',
    dir.path,
    '--out',
    join(dir.path, 'x'),
  ])
  expect(code).toBe(2)
  expect(calls).toEqual([])
})

test.each([
  ['by name', ['front desk']],
  ['by path', ['--driver', 'pn532', '--path', '/dev/ttyUSB0']],
])('record leaves alone what the daemon has open: %s', async (_, words) => {
  await using control = await openControl()
  const out = join(control.dataDir, 'capture.json')
  const { code, err, calls } = await runCommand(['record', ...words, '--data', control.dataDir, '--out', out])
  expect(code).toBe(4)
  expect(err).toContain('The daemon has it open')
  expect(calls).toEqual([])
})

test('record overwrites no file', async () => {
  using dir = openDir()
  const out = join(dir.path, 'capture.json')
  writeFileSync(out, 'mine')
  const { code } = await runCommand(['record', 'Front Desk', '--data', dir.path, '--out', out])
  expect(code).toBe(2)
  expect(readFileSync(out, 'utf8')).toBe('mine')
})
