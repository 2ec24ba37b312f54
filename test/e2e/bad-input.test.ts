import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand, startCommand } from '../support/command.ts'
import { runToFailure, runToUsage } from '../support/told.ts'

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'bad-input-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Runs the daemon with a configuration that it must refuse. */
const runWithConfig = async (text: string | Uint8Array) => {
  const folder = makeFolder()
  writeFileSync(join(folder, 'config.yaml'), text)
  return runToFailure(['run', '--data', folder, '--port', '0'])
}

const device = 'driver: pn532, path: /dev/ttyUSB0, name: Front Desk'

test.each([
  [
    'a bracket that is not closed',
    `devices:\n  - { ${device}\n`,
    /config\.yaml, line \d: this is not YAML: /,
  ],
  ['bytes that are no text', Uint8Array.of(0xff, 0xfe, 0x00, 0x80), /config\.yaml is not UTF-8 text/],
  [
    'a misspelt setting',
    `devices:\n  - { ${device}, layuot: demo }\n`,
    /line 2: devices\[0\]\.layuot is no setting; did you mean layout\?/,
  ],
  ['a value of another kind', 'devices: 7\n', /line 1: devices is 7; expected a list of at most 64 encoders/],
  [
    'a hub that is no address',
    'hub: { endpoint: nowhere }\n',
    /line 1: hub\.endpoint is "nowhere"; expected/,
  ],
  [
    'options that the driver does not have',
    `devices:\n  - { ${device}, options: { speed: 9600 } }\n`,
    /“Front Desk”: options: Unrecognized key: "speed"\. The README of the driver pn532 lists its options/,
  ],
  [
    'an option out of its range',
    `devices:\n  - { ${device}, options: { sessionBaudRate: 9600 } }\n`,
    /“Front Desk”: options\.sessionBaudRate: .+ 115200\|230400\|460800\|921600/,
  ],
])('a configuration with %s names the place and what is allowed', async (_, text, message) => {
  expect(await runWithConfig(text)).toEqual({
    exit: 3,
    code: 'config_invalid',
    message: expect.stringMatching(message),
    owner: 'installer',
    nextStep: 'Correct what the message names.',
  })
})

test('a driver that does not exist is named with its device, and those that exist with it', async () => {
  expect(await runWithConfig('devices:\n  - { driver: pn533, path: /dev/x, name: Front Desk }\n')).toEqual({
    exit: 4,
    code: 'driver_unknown',
    message: expect.stringMatching(/“Front Desk”: "pn533" is none of: .*pn532/),
    owner: 'installer',
    nextStep: 'Use one of the drivers that `encoder-bridge devices` lists.',
  })
})

test('a layout that does not exist is named with its device, and those that exist with it', async () => {
  expect(await runWithConfig(`devices:\n  - { ${device}, layout: dema }\n`)).toMatchObject({
    exit: 3,
    code: 'layout_unknown',
    message: expect.stringMatching(/“Front Desk”: "dema" is none of: demo, image/),
    owner: 'installer',
  })
})

test.each([
  ['driver', '{ driver: pn533, path: /dev/x, name: Front Desk }', '"pn533" is none of'],
  ['layout', `{ ${device}, layout: dema }`, '"dema" is none of'],
  ['option', `{ ${device}, options: { speed: 1 } }`, 'The README of the driver pn532 lists its options'],
])('the doctor calls a configuration wrong for what the start refuses: its %s', async (_, line, hint) => {
  const folder = makeFolder()
  writeFileSync(join(folder, 'config.yaml'), `devices:\n  - ${line}\n`)
  const { stdout } = await runCommand(['doctor', '--data', folder, '--json'])
  const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; message: string }[] }
  const found = checks.find(({ name }) => name === 'configuration')
  expect(found).toMatchObject({ status: 'failed', message: expect.stringContaining(hint) })
})

test('a configuration file that is not there is named', async () => {
  const file = join(makeFolder(), 'none.yaml')
  const told = await runToFailure(['run', '--data', makeFolder(), '--config', file, '--port', '0'])
  expect(told).toMatchObject({ exit: 3, code: 'config_invalid' })
  expect(told.message).toContain(`There is no file ${file}.`)
})

test('a misspelt BRIDGE_ variable is refused, and the nearest one named', async () => {
  const told = await runToFailure(['run', '--data', makeFolder(), '--port', '0'], {
    BRIDGE_HUB__ENPOINT: 'http://127.0.0.1:1',
  })
  expect(told).toMatchObject({ exit: 3, code: 'config_invalid' })
  expect(told.message).toMatch(/BRIDGE_HUB__ENPOINT is no setting; the nearest is BRIDGE_HUB__ENDPOINT/)
})

test.each(['run', 'hub'])('%s on a taken port names the program that holds it', async (command) => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => {
    server.close()
  })
  await once(server, 'listening')
  const port = String((server.address() as AddressInfo).port)
  const told = await runToFailure([command, '--data', makeFolder(), '--port', port])
  expect(told).toMatchObject({ exit: 3, code: 'port_taken', owner: 'installer' })
  const holder = process.platform === 'linux' ? `(process ${process.pid})` : 'another program'
  expect(told.message).toMatch(`Port ${port} is held by `)
  expect(told.message).toContain(holder)
})

test.each(['', 'below'])('a file in the place of the data directory is named (%s)', async (below) => {
  const file = join(makeFolder(), 'data')
  writeFileSync(file, 'precious')
  const told = await runToFailure(['run', '--data', join(file, below), '--port', '0'])
  expect(told).toMatchObject({ exit: 3, code: 'data_unwritable', owner: 'installer' })
  expect(told.message).toContain(`${join(file, below)} cannot be made: `)
  expect(readFileSync(file, 'utf8')).toBe('precious')
})

/** The data directory of a daemon that ran and stopped. */
const makeUsedDirectory = async (): Promise<string> => {
  const dataDir = join(makeFolder(), 'desk')
  const daemon = startCommand(['run', '--data', dataDir, '--port', '0', '--json'])
  await daemon.ready
  await daemon.stop()
  return dataDir
}

/** Changes some bytes of the journal; returns how it is now. */
const tamper = (dataDir: string, offset: number, bytes: Uint8Array): Buffer => {
  const file = join(dataDir, 'journal.db')
  const journal = readFileSync(file)
  journal.set(bytes, offset)
  writeFileSync(file, journal)
  return journal
}

test('a journal of a newer version is refused and left as it is', async () => {
  const dataDir = await makeUsedDirectory()
  // The user version is the big-endian word at offset 60 (sqlite.org/fileformat2.html §1.3).
  const journal = tamper(dataDir, 60, Uint8Array.of(0, 0, 3, 231))
  expect(await runToFailure(['run', '--data', dataDir, '--port', '0'])).toEqual({
    exit: 3,
    code: 'journal_newer',
    message: expect.stringMatching(/Its schema is 999; this version knows \d+/),
    owner: 'installer',
    nextStep: 'Install that version or a later one; the journal was left as it is.',
  })
  expect(readFileSync(join(dataDir, 'journal.db')).equals(journal)).toBe(true)
})

test.each([
  ['at its head', 0],
  ['in the middle', 4096],
])('a journal that is damaged %s is refused, named and kept', async (_, offset) => {
  const dataDir = await makeUsedDirectory()
  const journal = tamper(dataDir, offset, new Uint8Array(2048).fill(0xa5))
  const told = await runToFailure(['run', '--data', dataDir, '--port', '0'])
  expect(told).toMatchObject({ exit: 1, code: 'journal_damaged', owner: 'support' })
  expect(told.message).toContain(join(dataDir, 'journal.db'))
  expect(readFileSync(join(dataDir, 'journal.db')).equals(journal)).toBe(true)
})

test('a second daemon on the same data directory is refused, and the first one works on', async () => {
  const dataDir = join(makeFolder(), 'desk')
  const first = startCommand(['run', '--data', dataDir, '--port', '0', '--json'])
  await first.ready
  expect(await runToFailure(['run', '--data', dataDir, '--port', '0'])).toMatchObject({
    exit: 3,
    code: 'journal_locked',
    nextStep: 'Stop the other one, or use another --data directory.',
  })
  const { devices } = await first.ready
  expect(devices).toEqual([])
  expect(await first.stop()).toBe(0)
})

test.each([['status'], ['scan'], ['encode', '11111111-1111-4111-8111-111111111111']])(
  '%s without a daemon says that none runs, and how to start it',
  async (...args) => {
    const dataDir = makeFolder()
    const { code, exit, message, nextStep } = await runToFailure([...args, '--data', dataDir])
    expect({ code, exit }).toEqual({ code: 'daemon_unreachable', exit: 3 })
    expect(message).toContain(`No daemon runs on ${dataDir}.`)
    expect(nextStep).toContain('`encoder-bridge run`')
  },
  30_000,
)

test.each([
  [['rin'], '“rin” is no command of `encoder-bridge`; the nearest is run.'],
  [['run', '--dta', 'x'], '“--dta” is no flag of `encoder-bridge run`; the nearest is --data.'],
  [['run', '--port', '99999'], 'a number from 0 to 65535'],
  [['encode', 'nope'], 'It is a UUID, as Seam shows it.'],
  [['pair', '--hub', 'nope'], 'It is an address like http://'],
  [['emulate', 'pn532'], 'One of --pty-link, --listen and --connect is needed.'],
  [
    ['emulate', 'salto', '--pty-link', 'x', '--listen', '127.0.0.1:0'],
    '--listen and --pty-link don’t go together.',
  ],
  [['emulate', 'salto', '--connect', '5010'], 'a host and a port, like 127.0.0.1:8090'],
  [['emulate', 'pn532', '--pty-link', 'x', '--uid', 'XY'], '4 or 7 bytes in hexadecimal (5 for EM4100)'],
])('the command line %j is answered with what is allowed', async (args, hint) => {
  expect(await runToUsage(args)).toContain(hint)
})

test.each([
  ['pn533', [], 'driver_unknown', '"pn533" is none of: '],
  ['pn532', ['--card', 'oyster'], 'request_invalid', 'There is no card type "oyster": classic1k'],
])('an emulated %s with %j is refused with what there is', async (driver, flags, code, hint) => {
  const link = join(makeFolder(), 'link')
  const told = await runToFailure(['emulate', driver, '--pty-link', link, ...flags])
  expect(told.code).toBe(code)
  expect(told.message).toContain(hint)
})

test('an emulator’s link is never put in the place of a file, nor into a folder that is not there', async () => {
  const folder = makeFolder()
  mkdirSync(join(folder, 'used'))
  const inPlace = await runToFailure(['emulate', 'pn532', '--pty-link', join(folder, 'used')])
  expect(inPlace).toMatchObject({ exit: 2, code: 'request_invalid' })
  expect(inPlace.message).toContain('exists and is no symbolic link')
  const nowhere = await runToFailure(['emulate', 'pn532', '--pty-link', join(folder, 'none', 'link')])
  expect(nowhere).toMatchObject({ exit: 2, code: 'request_invalid' })
  expect(nowhere.message).toContain('ENOENT')
})
