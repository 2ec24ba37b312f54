import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { createFakeRuntime, createFakeTerminal, runCommand } from '../support/command-line.ts'

const untilReady = async (fake: ReturnType<typeof createFakeTerminal>): Promise<void> => {
  await expect.poll(fake.listeners).toBe(1)
}

test('run --json prints exactly one line when ready and exits 0 after a drain', async () => {
  const fake = createFakeTerminal()
  const { runtime, calls } = createFakeRuntime()
  const ended = runCli(['run', '--data', '/d', '--port', '0', '--json'], runtime, fake.terminal)
  await untilReady(fake)
  expect(fake.written.out).toBe(
    '{"endpoint":"http://127.0.0.1:27411","devices":[{"name":"Front Desk","driver":"pn532","path":"/dev/ttyUSB0","state":"ready"}]}\n',
  )
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(calls).toEqual([
    { startDaemon: { dataDir: '/d', configPath: null, port: 0, log: 'json', isEmulated: false } },
    'daemon closed',
  ])
  expect(fake.listeners()).toBe(0)
})

test('run tells people where it answers and what it found', async () => {
  const fake = createFakeTerminal()
  const ended = runCli(
    ['run', '--data', '/d', '--config', 'c.yaml'],
    createFakeRuntime().runtime,
    fake.terminal,
  )
  await untilReady(fake)
  expect(fake.written.out).toBe(
    'encoder-bridge 1.2.3 is ready at http://127.0.0.1:27411\n  Front Desk  pn532  /dev/ttyUSB0  ready\n',
  )
  fake.interrupt()
  expect(await ended).toBe(0)
})

test('a second request to stop does not wait for the drain', async () => {
  const fake = createFakeTerminal()
  const { runtime } = createFakeRuntime({
    startDaemon: () =>
      Promise.resolve({
        endpoint: 'http://127.0.0.1:1',
        devices: [],
        close: () => new Promise<void>(() => {}),
        closed: new Promise<void>(() => {}),
      }),
  })
  const ended = runCli(['run', '--data', '/d'], runtime, fake.terminal)
  await untilReady(fake)
  fake.interrupt()
  fake.interrupt()
  expect(await ended).toBe(1)
})

test('a daemon that stops for a fault ends run with that fault', async () => {
  const { code, err } = await runCommand(['run', '--data', '/d'], {
    startDaemon: () =>
      Promise.resolve({
        endpoint: 'http://127.0.0.1:1',
        devices: [],
        close: () => Promise.resolve(),
        closed: Promise.reject(new BridgeError('data_unwritable', 'The disk is full.')),
      }),
  })
  expect(code).toBe(3)
  expect(err).toContain('The disk is full.')
})

test.each([
  ['port_taken', 'Port 27411 is held by nginx (process 12).', 3],
  ['config_invalid', 'c.yaml, line 4: devices[0].driver is missing.', 3],
  ['journal_newer', undefined, 3],
  ['internal_error', undefined, 1],
] as const)(
  'run that fails with %s gives cause, owner and next step, and no stack',
  async (code, detail, exit) => {
    const {
      code: exitCode,
      out,
      err,
    } = await runCommand(['run', '--data', '/d'], {
      startDaemon: () => Promise.reject(new BridgeError(code, detail)),
    })
    const error = new BridgeError(code, detail)
    expect(exitCode).toBe(exit)
    expect(out).toBe('')
    expect(err).toMatch(/^It did not work\.\n {2}Cause: .*\n {2}Whose to fix: .*\n {2}Next step: .*\n$/)
    expect(err).toContain(`${error.message} (${code})`)
    expect(err).toContain(error.facts.nextStep)
  },
)

test('an unforeseen error is told as a fault of the bridge, without a stack', async () => {
  const { code, err } = await runCommand(['run', '--data', '/d'], {
    startDaemon: () => Promise.reject(new TypeError('boom')),
  })
  expect(code).toBe(1)
  expect(err).toContain('(internal_error)')
  expect(err).not.toMatch(/\n\s+at /)
})

test('with --json an error is one JSON document on standard output', async () => {
  const { code, out } = await runCommand(['run', '--data', '/d', '--json'], {
    startDaemon: () => Promise.reject(new BridgeError('port_taken', 'Port 1.')),
  })
  expect(code).toBe(3)
  expect(JSON.parse(out)).toEqual({
    error: {
      code: 'port_taken',
      message: 'The port is taken by another program. Port 1.',
      owner: 'installer',
      next_step: 'Stop the program that the message names, or choose another --port.',
    },
  })
})

test('hub --json prints exactly one line when ready and exits 0 when it is stopped', async () => {
  const fake = createFakeTerminal()
  const { runtime, calls } = createFakeRuntime()
  const ended = runCli(
    ['hub', '--data', '/h', '--port', '0', '--seed', 'demo', '--json'],
    runtime,
    fake.terminal,
  )
  await untilReady(fake)
  expect(fake.written.out).toBe(
    '{"endpoint":"http://127.0.0.1:27412","workspace_id":"workspace-1","api_key":"seam_key1"}\n',
  )
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(calls).toEqual([
    {
      startHub: {
        dataDir: '/h',
        host: '127.0.0.1',
        port: 0,
        tls: null,
        seed: 'demo',
        publicUrl: null,
        upstream: null,
      },
    },
    'hub closed',
  ])
})

test('hub --upstream hands on where Seam is, and the files of key and certificates', async () => {
  const { runtime, calls } = createFakeRuntime()
  const fake = createFakeTerminal()
  const files = ['--upstream-key-file', '/k', '--upstream-ca-file', '/c']
  const ended = runCli(
    ['hub', '--data', '/h', '--upstream', 'https://seam.example', ...files],
    runtime,
    fake.terminal,
  )
  await untilReady(fake)
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(calls[0]).toMatchObject({
    startHub: { seed: null, upstream: { url: 'https://seam.example', keyFile: '/k', caFile: '/c' } },
  })
})

test('emulate says where the device is, and passes on its card', async () => {
  const fake = createFakeTerminal()
  const { runtime, calls } = createFakeRuntime()
  const argv = [
    'emulate',
    'pn532',
    '--pty-link',
    '/tmp/p',
    '--uid',
    '04aabbcc',
    '--realtime',
    '--control',
    '/tmp/c',
    '--json',
  ]
  const ended = runCli(argv, runtime, fake.terminal)
  await untilReady(fake)
  expect(fake.written.out).toBe('{"link":"/tmp/p","path":"/dev/pts/7"}\n')
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(calls).toEqual([
    {
      emulate: {
        driver: 'pn532',
        way: { kind: 'pty', link: '/tmp/p' },
        card: { type: 'classic1k', uid: '04AABBCC' },
        isRealtime: true,
        controlPath: '/tmp/c',
      },
    },
  ])
})

test('emulate takes an EM4100 with the five bytes that it has', async () => {
  const fake = createFakeTerminal()
  const { runtime, calls } = createFakeRuntime()
  const argv = [
    'emulate',
    'twn4',
    '--pty-link',
    '/tmp/p',
    '--card',
    'em4100',
    '--uid',
    '0a00000001',
    '--json',
  ]
  const ended = runCli(argv, runtime, fake.terminal)
  await untilReady(fake)
  fake.interrupt()
  await ended
  expect(calls).toMatchObject([{ emulate: { card: { type: 'em4100', uid: '0A00000001' } } }])
})

test.each([
  [
    ['--listen', '127.0.0.1:0'],
    { kind: 'listen', host: '127.0.0.1', port: 0 },
    'answers at tcp://127.0.0.1:5010;',
  ],
  [
    ['--listen', '[::1]:8090'],
    { kind: 'listen', host: '::1', port: 8090 },
    'answers at tcp://127.0.0.1:5010;',
  ],
  [
    ['--connect', 'desk-1.example:5010'],
    { kind: 'connect', host: 'desk-1.example', port: 5010 },
    'connects to desk-1.example, port 5010,',
  ],
])('emulate %j says what the desk’s configuration has as path', async (flags, way, told) => {
  const fake = createFakeTerminal()
  const emulated: unknown[] = []
  const { runtime } = createFakeRuntime({
    emulate: (options) => {
      emulated.push(options)
      return Promise.resolve({ path: 'tcp://127.0.0.1:5010', close: () => Promise.resolve() })
    },
  })
  const ended = runCli(['emulate', 'fias', ...flags, '--json'], runtime, fake.terminal)
  await untilReady(fake)
  expect(fake.written.out).toBe('{"path":"tcp://127.0.0.1:5010"}\n')
  expect(fake.written.err).toContain(`An emulated fias ${told}`)
  fake.interrupt()
  expect(await ended).toBe(0)
  expect(emulated).toEqual([{ driver: 'fias', way, card: null, isRealtime: false, controlPath: null }])
})

test.each([
  [['run', '--port', '99999']],
  [['run', '--prot', '1']],
  [['hub', '--seed', 'other']],
  [['encode']],
  [['encode', 'not-a-uuid']],
  [['pair']],
  [['pair', '--hub', 'ftp://x']],
  [['emulate', 'pn532']],
  [['emulate', 'pn532', '--pty-link', '/p', '--uid', 'XYZ']],
  [['emulate', 'pn532', '--pty-link', '/p', '--uid', '04AABB']],
  [['emulate', 'salto', '--pty-link', '/p', '--listen', '127.0.0.1:8090']],
  [['emulate', 'salto', '--connect', '127.0.0.1:8090', '--pty-link', '/p']],
  [['emulate', 'salto', '--connect', '127.0.0.1:8090', '--listen', '127.0.0.1:8090']],
  [['emulate', 'salto', '--listen', '8090']],
  [['emulate', 'salto', '--listen', '127.0.0.1:65536']],
  [['emulate', 'salto', '--listen', '::1:8090']],
  [['audit', '--since', 'yesterday']],
  [['nonsense']],
  [[]],
])('the command line %j is refused with 2 before anything starts', async (argv) => {
  const { code, out, err, calls } = await runCommand(argv)
  expect(code).toBe(2)
  expect(out).toBe('')
  expect(err).not.toBe('')
  expect(calls).toEqual([])
})

test.each(['--help', '--version'])('%s exits 0', async (flag) => {
  const { code, out } = await runCommand([flag])
  expect(code).toBe(0)
  expect(out).not.toBe('')
})
