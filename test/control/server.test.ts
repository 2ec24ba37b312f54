import { createServer } from 'node:net'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
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

test('only the loopback is listened on', async () => {
  await using control = await openControl()
  expect(control.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
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

test('the token is 32 random bytes, made once and readable by its owner only', () => {
  using dir = openDir()
  const token = ensureControlToken(dir.path)
  expect(token).toMatch(/^[0-9a-f]{64}$/)
  expect(ensureControlToken(dir.path)).toBe(token)
  if (process.platform !== 'win32') {
    expect(statSync(join(dir.path, 'control-token')).mode & 0o777).toBe(0o600)
  }
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
