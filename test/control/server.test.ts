import { connect, createServer } from 'node:net'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ensureControlToken } from '../../src/control/token.ts'
import { DaemonFile } from '../../src/control/schema.ts'
import { openControl } from '../support/fake-control-ports.ts'

const openDir = () => {
  const path = mkdtempSync(join(tmpdir(), 'token-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

test('a taken port is refused with the name of the program that holds it', async () => {
  const holder = createServer()
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve))
  const address = holder.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const expected = process.platform === 'linux' ? `(process ${process.pid})` : 'another program'
  await expect(openControl(port)).rejects.toMatchObject({
    code: 'port_taken',
    detail: expect.stringMatching(
      new RegExp(`^Port ${port} is held by .*${expected.replaceAll(/[()]/g, String.raw`\$&`)}\\.$`),
    ),
  })
  await new Promise((resolve) => holder.close(resolve))
})

test('only 127.0.0.1 is listened on: not even another loopback address of this computer answers', async () => {
  await using control = await openControl()
  expect(control.endpoint).toBe(`http://127.0.0.1:${control.port}`)
  const answer = await new Promise<string>((resolve) => {
    const socket = connect({ host: '127.0.0.2', port: control.port })
    socket.once('connect', () => {
      socket.destroy()
      resolve('connected')
    })
    socket.once('error', () => resolve('refused'))
  })
  expect(answer).toBe('refused')
})

test('daemon.json says where the daemon answers, for as long as it does', async () => {
  await using control = await openControl()
  const file = join(control.dataDir, 'daemon.json')
  expect(DaemonFile.parse(JSON.parse(readFileSync(file, 'utf8')))).toEqual({
    endpoint: control.endpoint,
    pid: process.pid,
  })
  await control.close()
  expect(existsSync(file)).toBe(false)
})

test('a daemon that stops leaves the daemon.json of the one that followed it', async () => {
  await using control = await openControl()
  const file = join(control.dataDir, 'daemon.json')
  const other = `{"endpoint":"http://127.0.0.1:1","pid":${process.pid + 1}}`
  writeFileSync(file, other)
  await control.close()
  expect(readFileSync(file, 'utf8')).toBe(other)
})

test('the token is 32 random bytes, made once', () => {
  using dir = openDir()
  const token = ensureControlToken(dir.path)
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(ensureControlToken(dir.path)).toBe(token)
})

test('the token is readable by its owner only, and is made so again', () => {
  using dir = openDir()
  const file = join(dir.path, 'control-token')
  // Windows has no such bits: there the access list of the directory decides.
  const expected = process.platform === 'win32' ? 0o666 : 0o600
  ensureControlToken(dir.path)
  expect(statSync(file).mode & 0o777).toBe(expected)
  chmodSync(file, 0o644)
  ensureControlToken(dir.path)
  expect(statSync(file).mode & 0o777).toBe(expected)
})

test('a token file that was cut short is replaced', () => {
  using dir = openDir()
  writeFileSync(join(dir.path, 'control-token'), '', { mode: 0o644 })
  expect(ensureControlToken(dir.path)).toMatch(/^[0-9a-f]{64}$/)
})

test('a data directory that is none is refused as data_unwritable', () => {
  using dir = openDir()
  mkdirSync(join(dir.path, 'control-token'))
  expect(() => ensureControlToken(dir.path)).toThrow(expect.objectContaining({ code: 'data_unwritable' }))
})
