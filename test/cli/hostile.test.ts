import { spawnSync } from 'node:child_process'
import { createServer } from 'node:http'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/cli.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { createFakeRuntime, createFakeTerminal, openDir, runCommand } from '../support/command-line.ts'

/** Somebody who listens at an address and keeps what comes. */
const openImpostor = async () => {
  const heard: string[] = []
  const server = createServer((request, response) => {
    heard.push(`${request.url} ${request.headers.authorization}`)
    response.writeHead(200, { 'content-type': 'application/json' }).end('{"state":"unpaired"}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return {
    port,
    heard,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}

const writeDaemonFile = (dir: string, file: object): void => {
  writeFileSync(join(dir, 'daemon.json'), JSON.stringify(file))
  writeFileSync(join(dir, 'control-token'), 'f'.repeat(64))
}

const endedPid = (): number => spawnSync(process.execPath, ['--version']).pid

test('after the daemon was killed, its token and an API key go to nobody who took its port', async () => {
  await using impostor = await openImpostor()
  using dir = openDir()
  writeDaemonFile(dir.path, { endpoint: `http://127.0.0.1:${impostor.port}`, pid: endedPid() })
  const status = await runCommand(['status', '--data', dir.path])
  expect([status.code, status.err]).toEqual([3, expect.stringContaining('daemon_unreachable')])
  const pair = ['pair', '--data', dir.path, '--hub', 'http://127.0.0.1:27412', '--api-key', 'seam_key1']
  expect((await runCommand(pair)).calls).toHaveLength(1)
  expect(impostor.heard).toEqual([])
})

test.each(['http://localhost:PORT', 'http://127.0.0.1:PORT/evil?'])(
  'a daemon.json that points at %s is not followed',
  async (endpoint) => {
    await using impostor = await openImpostor()
    using dir = openDir()
    writeDaemonFile(dir.path, {
      endpoint: endpoint.replace('PORT', String(impostor.port)),
      pid: process.pid,
    })
    const { code, err } = await runCommand(['status', '--data', dir.path])
    expect([code, err]).toEqual([3, expect.stringContaining('daemon_unreachable')])
    expect(impostor.heard).toEqual([])
  },
)

test.each(['http://hub.example', 'http://127.0.0.1.evil.example', 'http://localhost@evil.example'])(
  'hub claim sends no API key over plain http to %s',
  async (hub) => {
    const { code, err } = await runCommand(['hub', 'claim', 'AB12CD', '--hub', hub, '--api-key', 'seam_key1'])
    expect([code, err]).toEqual([6, expect.stringContaining('hub_insecure')])
  },
)

const escapes = '\u001B]0;owned\u0007\u001B[2J\u009B31m\u202Etxt.exe'

test('what a hub says about an error cannot draw on the clerk’s terminal', async () => {
  using dir = openDir()
  const fake = createFakeTerminal()
  const { runtime } = createFakeRuntime({
    pair: () => Promise.reject(new BridgeError('hub_refused', `The hub says: ${escapes}`)),
  })
  const argv = ['pair', '--data', dir.path, '--hub', 'http://127.0.0.1:27412']
  await runCli(argv, runtime, fake.terminal)
  expect(fake.written.err).toContain('The hub says: \uFFFD]0;owned\uFFFD\uFFFD[2J\uFFFD31m\uFFFDtxt.exe')
  expect(fake.written.err.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})

test.each([[[]], [['--json']]])('what a hub calls a bridge cannot either (%j)', async (flags) => {
  using dir = openDir()
  const { runtime } = createFakeRuntime({
    pair: () => Promise.resolve({ bridgeId: escapes, acsSystemId: 's1', hubEndpoint: 'http://127.0.0.1:1' }),
  })
  const fake = createFakeTerminal()
  const argv = ['pair', '--data', dir.path, '--hub', 'http://127.0.0.1:27412', ...flags]
  await runCli(argv, runtime, fake.terminal)
  const shown = (fake.written.out + fake.written.err).replaceAll('\n', '')
  expect(shown).toContain('owned')
  expect(shown).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u)
})

test('JSON for a script keeps what a hub said, escaped', async () => {
  using dir = openDir()
  const { runtime } = createFakeRuntime({
    pair: () => Promise.resolve({ bridgeId: escapes, acsSystemId: 's1', hubEndpoint: 'http://127.0.0.1:1' }),
  })
  const fake = createFakeTerminal()
  const argv = ['pair', '--data', dir.path, '--hub', 'http://127.0.0.1:27412', '--json']
  await runCli(argv, runtime, fake.terminal)
  expect(JSON.parse(fake.written.out)).toMatchObject({ bridge_id: escapes })
})
