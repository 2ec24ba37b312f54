import { createServer } from 'node:http'
import { connect, createServer as createTcpServer } from 'node:net'
import { expect, test } from 'vitest'
import { BridgeError } from '../../src/contract/errors.ts'
import { checkDevices, type DeviceSources } from '../../src/control/doctor/devices.ts'
import { checkLinks, type EncoderNow, type LinkSources } from '../../src/control/doctor/links.ts'
import { openLockSystem } from '../support/tcp-peers.ts'

const encoders = [
  { name: 'Desk 1', address: '01' },
  { name: 'Desk 2', address: '02' },
]
const secretFile = '/etc/keys/seam'

/** No daemon runs, and every secret's file is as it should be. */
const alone: LinkSources = { encoders: () => null, readSecret: () => Promise.resolve() }

const examine = (path: string, sources: Partial<LinkSources> = {}, told: object = {}) =>
  checkLinks([{ name: 'Hotel', path, encoders, ...told }], { ...alone, ...sources })

/** A port that nobody has. */
const freePort = async (): Promise<number> => {
  const lock = await openLockSystem()
  await lock.close()
  return lock.port
}

test('a lock system that takes connections is told, and one connection is made that says nothing', async () => {
  const lock = await openLockSystem()
  const [check] = await examine(`tcp://127.0.0.1:${lock.port}`)
  expect(check).toEqual({
    name: 'lock system Hotel',
    status: 'ok',
    message: `127.0.0.1:${lock.port} takes connections; the daemon finds out whether it is the lock system.`,
  })
  const peer = await lock.nextPeer()
  const heard: Buffer[] = []
  peer.on('data', (bytes: Buffer) => heard.push(bytes)).resume()
  await new Promise((resolve) => peer.once('close', resolve))
  expect(heard).toEqual([])
})

test('a lock system that is not there is told with what to check', async () => {
  const port = await freePort()
  const [check] = await examine(`tcp://127.0.0.1:${port}`)
  expect(check).toMatchObject({
    status: 'failed',
    message: expect.stringContaining(`127.0.0.1:${port} can’t be reached: connect ECONNREFUSED`) as string,
    next_step: 'Start the lock system’s service, and check its port and the network.',
  })
})

// RFC 6761, §6.4: names under `invalid` never resolve.
test('a host that nobody knows is told as that', async () => {
  const [check] = await examine('tcp://lock.invalid:4000')
  expect(check).toMatchObject({ status: 'failed', message: 'No computer is known by the name lock.invalid.' })
})

test('a port to listen on is free, or held by somebody, or at no address of this computer', async () => {
  const port = await freePort()
  expect(await examine(`tcp-listen://127.0.0.1:${port}`)).toMatchObject([
    { status: 'ok', message: `Port ${port} is free for the daemon; the lock system connects to it.` },
  ])
  const other = await openLockSystem()
  expect(await examine(`tcp-listen://127.0.0.1:${other.port}`)).toMatchObject([
    { status: 'failed', message: expect.stringMatching(`^Port ${other.port} is held by `) as string },
  ])
  // RFC 5737, §3: for documentation, nobody's.
  expect(await examine('tcp-listen://192.0.2.1:5010')).toMatchObject([
    { status: 'failed', message: expect.stringMatching('^Nothing can listen on 192.0.2.1:5010: ') as string },
  ])
})

test('a server that answers anything at all is there, and the file with its key is looked at', async () => {
  const server = createServer((_, response) => response.writeHead(404, { connection: 'close' }).end())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const host = `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const asked: unknown[] = []
  const readSecret = (...words: readonly unknown[]) => {
    asked.push(words)
    return Promise.resolve()
  }
  expect(await examine(`http://${host}`, { readSecret }, { secretFile })).toEqual([
    { name: 'lock system Hotel', status: 'ok', message: `${host} answers.` },
    { name: 'key of Hotel', status: 'ok', message: `${secretFile} is there, and nobody else can read it.` },
  ])
  expect(asked).toEqual([[secretFile, `http://${host}`]])
  await new Promise((resolve) => server.close(resolve))
  expect(await examine(`http://${host}`)).toMatchObject([
    { status: 'failed', message: `${host} does not answer.` },
    { name: 'key of Hotel', status: 'warning', message: 'No key to the server is configured.' },
  ])
})

test('a key’s file that can’t be used says why', async () => {
  const readSecret = () =>
    Promise.reject(
      new BridgeError('config_invalid', `${secretFile} can be read by others; \`chmod 600\` closes it.`),
    )
  const checks = await examine('http://127.0.0.1:1', { readSecret }, { secretFile })
  expect(checks[1]).toMatchObject({
    status: 'failed',
    message: `The configuration cannot be used. ${secretFile} can be read by others; \`chmod 600\` closes it.`,
  })
})

const now = (state: EncoderNow['state'], error: EncoderNow['error'] = null): readonly EncoderNow[] =>
  encoders.map(({ name }) => ({ name, path: 'tcp://lock:4000', state, error, model: 'SALTO' }))
const absent = {
  code: 'device_absent' as const,
  message: 'The encoder is not connected. Nobody has connected to port 4000 yet.',
  owner: 'installer' as const,
  next_step: 'Plug the encoder in.',
}

test.each([
  [
    now('ready'),
    'ok',
    'SALTO answers at tcp://lock:4000; whether it knows its encoders the first key tells: Desk 1 (01), Desk 2 (02).',
  ],
  [
    now('leased'),
    'ok',
    'SALTO answers at tcp://lock:4000; whether it knows its encoders the first key tells: Desk 1 (01), Desk 2 (02).',
  ],
  [now('absent', absent), 'failed', absent.message],
  [now('opening'), 'warning', 'tcp://lock:4000 is being opened.'],
  [now('ready').slice(1), 'warning', 'The daemon that runs does not know every encoder of Hotel.'],
] as const)(
  'while the daemon runs it is asked, and the lock system is left alone: %#',
  async (known, status, message) => {
    let connections = 0
    const server = createTcpServer((socket) => {
      connections += 1
      socket.destroy()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0
    expect(await examine(`tcp://127.0.0.1:${port}`, { encoders: () => known })).toMatchObject([
      { name: 'lock system Hotel', status, message },
    ])
    // Connections are taken in their order: this one is the first.
    const ours = connect(port, '127.0.0.1').on('error', () => undefined)
    await new Promise((resolve) => ours.once('close', resolve))
    expect(connections).toBe(1)
    await new Promise((resolve) => server.close(resolve))
  },
)

test('a lock system on a network needs no udev rules and no port, one on a serial line does', async () => {
  const sources: DeviceSources = {
    ...alone,
    transportsOf: () => Promise.resolve(['tcp', 'serial']),
    loadHid: () => Promise.resolve(),
    listReaders: () => Promise.resolve({ readers: [], reason: undefined }),
    holderOf: () => Promise.resolve(null),
    groupOf: () => Promise.resolve(null),
  }
  const names = async (path: string) =>
    (await checkDevices([{ name: 'Hotel', driver: 'salto', path, encoders }], 'linux', sources)).map(
      ({ name }) => name,
    )
  expect(await names('tcp-listen://192.0.2.1:5010')).toEqual(['lock system Hotel'])
  expect(await names('/dev/ttyS77')).toEqual(['port of Hotel', 'udev rules'])
})
