import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { checkDataDir, checkNode, checkPort } from '../../src/control/doctor/computer.ts'
import { checkHub, checkOutbox, checkPairing } from '../../src/control/doctor/hub.ts'
import {
  checkDevices,
  checkPaths,
  checkPolkitRule,
  checkUdevRules,
  type DeviceSources,
} from '../../src/control/doctor/devices.ts'
import { checkSerial } from '../../src/control/doctor/ports.ts'
import { examine } from '../../src/control/doctor.ts'
import { readHubDate } from '../../src/seam/hub-date.ts'
import { DoctorReport } from '../../src/control/schema.ts'
import { openControl } from '../support/fake-control-ports.ts'

const openDir = () => {
  const path = mkdtempSync(join(tmpdir(), 'doctor-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** A computer on which everything is there and nobody is in the way. */
const healthy: DeviceSources = {
  transportsOf: () => Promise.resolve(['serial']),
  loadHid: () => Promise.resolve(),
  listReaders: () => Promise.resolve({ readers: ['ACS ACR122U 00 00'], reason: undefined }),
  holderOf: () => Promise.resolve(null),
  groupOf: () => Promise.resolve('dialout'),
  encoders: () => null,
  readSecret: () => Promise.resolve(),
}

const askDate = (endpoint: string) =>
  readHubDate(endpoint, { ca: null, proxy: null, noProxy: '' }, new AbortController().signal)

/** A server that answers everything alike. */
const openAnswering = async (headers: Record<string, string>) => {
  const server = createServer((_, response) => {
    response.sendDate = headers['date'] === undefined
    response.writeHead(404, { connection: 'close', ...headers }).end('nothing here')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

test.each([
  ['20.19.0', 'ok'],
  ['22.1.0', 'ok'],
  ['20.18.3', 'failed'],
  ['18.20.0', 'failed'],
])('node %s is %s', (version, status) => {
  expect(checkNode(version).status).toBe(status)
})

test('a data directory that can be made counts, one below a file does not', async () => {
  using dir = openDir()
  expect((await checkDataDir(join(dir.path, 'a', 'b'))).status).toBe('ok')
  writeFileSync(join(dir.path, 'file'), '', { mode: 0o600 })
  expect((await checkDataDir(join(dir.path, 'file', 'b'))).status).toBe('failed')
})

test('the port is free, or ours, or held by somebody who is named', async () => {
  await using control = await openControl()
  expect(await checkPort(control.port, true)).toMatchObject({
    status: 'ok',
    message: `Version 1.2.3 answers at port ${control.port}.`,
  })
  expect(await checkPort(control.port, false)).toMatchObject({
    status: 'warning',
    message: `None runs on this data directory; version 1.2.3 runs on another one, at port ${control.port}.`,
  })
  await control.close()
  expect(await checkPort(control.port, false)).toMatchObject({
    status: 'ok',
    message: `Not running; its port ${control.port} is free.`,
  })
  await using other = await openAnswering({})
  expect(await checkPort(other.port, false)).toMatchObject({ status: 'failed' })
})

test('a hub that answers anything at all is reachable', async () => {
  await using hub = await openAnswering({})
  expect(checkPairing(hub.url).status).toBe('ok')
  expect(await checkHub(hub.url, Date.now(), askDate)).toMatchObject({
    status: 'ok',
    message: `${hub.url} answers.`,
  })
})

test('a clock that differs from the hub’s is told with its direction', async () => {
  await using hub = await openAnswering({ date: 'Mon, 23 Nov 2026 10:00:00 GMT' })
  expect(await checkHub(hub.url, Date.parse('2026-11-23T10:02:00Z'), askDate)).toMatchObject({
    status: 'warning',
    message: `${hub.url} answers, but this computer’s clock is 120 s ahead.`,
  })
})

test('a hub that is not there, and one that nobody named', async () => {
  expect(await checkHub('http://127.0.0.1:1', 0, askDate)).toMatchObject({
    status: 'failed',
    message: expect.stringContaining('http://127.0.0.1:1: connect ECONNREFUSED'),
  })
  expect(await checkHub(null, 0, askDate)).toMatchObject({ status: 'skipped' })
  expect(checkPairing(null).status).toBe('warning')
})

test.each([
  [{ waiting: 0, oldestAt: null, refused: 0 }, 'ok'],
  [{ waiting: 1, oldestAt: '2026-11-23T09:50:00.000Z', refused: 0 }, 'ok'],
  [{ waiting: 9, oldestAt: '2026-11-23T09:40:00.000Z', refused: 0 }, 'warning'],
  [null, 'skipped'],
])('results that wait as %j are %s', (figures, status) => {
  expect(checkOutbox(figures, Date.parse('2026-11-23T10:00:00Z'), false).status).toBe(status)
})

test('a serial library that does not load says why', async () => {
  expect((await checkSerial(() => Promise.resolve())).status).toBe('ok')
  expect(await checkSerial(() => Promise.reject(new Error('no prebuild')))).toMatchObject({
    status: 'failed',
    message: 'Does not load: no prebuild',
  })
})

test('a port that is there may be used, one that is not is named, and Windows is not asked', async () => {
  using dir = openDir()
  const path = join(dir.path, 'tty')
  writeFileSync(path, '')
  const devices = [
    { name: 'A', path },
    { name: 'B', path: join(dir.path, 'none') },
  ]
  const checks = await checkPaths(devices, 'linux', healthy)
  expect(checks.map(({ name, status }) => [name, status])).toEqual([
    ['port of A', 'ok'],
    ['port of B', 'warning'],
  ])
  expect((await checkPaths(devices, 'win32', healthy)).map(({ status }) => status)).toEqual([
    'skipped',
    'skipped',
  ])
})

test('a port that another program has open is told with the program', async () => {
  using dir = openDir()
  const path = join(dir.path, 'tty')
  writeFileSync(path, '')
  const sources = { ...healthy, holderOf: () => Promise.resolve('minicom (process 4711)') }
  expect(await checkPaths([{ name: 'A', path }], 'linux', sources)).toMatchObject([
    { status: 'warning', message: `${path} is in use by minicom (process 4711).` },
  ])
})

test('only what the configured devices need is examined', async () => {
  const names = async (...kinds: Awaited<ReturnType<DeviceSources['transportsOf']>>) => {
    const sources = { ...healthy, transportsOf: () => Promise.resolve(kinds) }
    const checks = await checkDevices([{ name: 'A', driver: 'x' }], 'linux', sources)
    return checks.map(({ name }) => name)
  }
  expect(await names('serial')).toEqual(['udev rules'])
  expect(await names('hid', 'keyboard')).toEqual(['udev rules', 'HID library'])
  expect(await names('pcsc')).toEqual(['smart-card service', 'polkit rule'])
  expect(await names('none')).toEqual([])
})

test('a driver that there is not, and a reader’s name for a path, are no port to look at', async () => {
  const sources: DeviceSources = {
    ...healthy,
    transportsOf: (driver) =>
      driver === 'pcsc' ? Promise.resolve(['pcsc']) : Promise.reject(new BridgeError('driver_unknown')),
  }
  const devices = [
    { name: 'A', driver: 'pcsc', path: 'ACS ACR122U 00 00' },
    { name: 'B', driver: 'none' },
  ]
  const checks = await checkDevices(devices, 'win32', sources)
  expect(checks).toEqual([
    { name: 'smart-card service', status: 'ok', message: 'Answers: ACS ACR122U 00 00.' },
  ])
})

test('what is missing is named with the package that has it', async () => {
  const sources: DeviceSources = {
    ...healthy,
    transportsOf: () => Promise.resolve(['hid', 'pcsc']),
    loadHid: () => Promise.reject(new Error('libusb-1.0.so.0: cannot open shared object file')),
    listReaders: () => Promise.resolve({ readers: [], reason: 'No service.' }),
  }
  const checks = await checkDevices([{ name: 'A', driver: 'x' }], 'win32', sources)
  expect(checks.map(({ status, next_step: step }) => [status, step])).toEqual([
    ['failed', 'Linux: sudo apt-get install libusb-1.0-0'],
    ['failed', 'Linux: sudo apt-get install pcscd libccid && sudo systemctl enable --now pcscd.socket'],
  ])
})

test('rules are found where udev and polkit read them, and missed where they are not', async () => {
  using dir = openDir()
  const put = (path: string): void => {
    mkdirSync(dirname(join(dir.path, path)), { recursive: true })
    writeFileSync(join(dir.path, path), '')
  }
  expect(await checkUdevRules(dir.path)).toMatchObject({ status: 'warning' })
  put('usr/lib/udev/rules.d/99-encoder-bridge.rules')
  expect(await checkUdevRules(dir.path)).toMatchObject({ status: 'ok' })

  expect(await checkPolkitRule(1000, dir.path)).toMatchObject({ status: 'skipped' })
  put('usr/share/polkit-1/actions/org.debian.pcsc-lite.policy')
  expect(await checkPolkitRule(1000, dir.path)).toMatchObject({ status: 'warning' })
  expect(await checkPolkitRule(0, dir.path)).toMatchObject({ status: 'ok' })
  put('etc/polkit-1/rules.d/50-encoder-bridge.rules')
  expect(await checkPolkitRule(1000, dir.path)).toMatchObject({ status: 'ok' })
})

test('the whole examination reports what can’t be read beside what can', async () => {
  using dir = openDir()
  const report = await examine({
    dataDir: dir.path,
    port: 0,
    readConfig: () => Promise.reject(new BridgeError('config_invalid', 'c.yaml, line 4.')),
    readJournal: () => {
      throw new BridgeError('journal_newer')
    },
    readRooms: () => Promise.resolve({ isNeeded: false, rowCount: 0, error: null }),
    loadSerial: () => Promise.resolve(),
    askHubDate: askDate,
    ...healthy,
  })
  const statuses = Object.fromEntries(
    DoctorReport.parse(report).checks.map(({ name, status }) => [name, status]),
  )
  expect(statuses).toEqual({
    node: 'ok',
    'data directory': 'ok',
    configuration: 'failed',
    daemon: 'ok',
    journal: 'failed',
    pairing: 'warning',
    hub: 'skipped',
    results: 'skipped',
    'serial library': 'ok',
    'optional parts': expect.stringMatching(/ok|skipped/),
  })
})

test('every encoder of a lock system counts as configured', async () => {
  using dir = openDir()
  const device = { path: '/dev/null', match: undefined, options: {}, driver: 'pn532' }
  const { checks } = await examine({
    dataDir: dir.path,
    port: 0,
    readConfig: () =>
      Promise.resolve({
        devices: [
          {
            ...device,
            name: 'Salto',
            encoders: [
              { name: 'Desk 1', address: '1' },
              { name: 'Desk 2', address: '2' },
            ],
          },
          { ...device, name: 'Front Desk' },
        ],
      }),
    readJournal: () => null,
    readRooms: () => Promise.resolve({ isNeeded: false, rowCount: 0, error: null }),
    loadSerial: () => Promise.resolve(),
    askHubDate: askDate,
    ...healthy,
  })
  expect(checks.find(({ name }) => name === 'configuration')).toMatchObject({
    message: 'Valid; encoders configured: 3.',
  })
})
