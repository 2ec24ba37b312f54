import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { connectTo, ended, freePort } from '../../test/support/tcp-peers.ts'
import { BridgeError } from '../contract/errors.ts'
import { groupOfFile } from './file-group.ts'
import { findFileHolder } from './file-holder.ts'
import { createTransports, explainRefusal } from './open.ts'
import { openPty } from './pty.ts'

const { open: openTransport } = createTransports()
const serial = { serial: { baudRate: 115_200 } }

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'open-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

describe.skipIf(process.platform !== 'linux')('on Linux', () => {
  test('a port that another program holds is busy with the name of that program', async () => {
    const pty = await openPty({ onBytes: () => undefined })
    onTestFinished(pty.close)
    const link = join(temporaryFolder(), 'encoder')
    symlinkSync(pty.path, link)
    const holder = spawn(
      process.execPath,
      [
        '--input-type=module',
        '--eval',
        `import { SerialPort } from 'serialport'
         const port = new SerialPort({ path: ${JSON.stringify(pty.path)}, baudRate: 9600, lock: true })
         port.on('open', () => process.stdout.write('open'))
         port.resume()`,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    onTestFinished(() => void holder.kill('SIGKILL'))
    await once(holder.stdout, 'data')
    await expect(openTransport({ transport: 'serial', path: link }, serial)).rejects.toMatchObject({
      code: 'device_busy',
      detail: `${link} is held by node (process ${String(holder.pid)}).`,
    })
  })

  test('the holder of a file is looked for in the kernel’s tables, this process left out', async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'node')
    writeFileSync(file, '')
    for (const [pid, name] of [
      [String(process.pid), 'vitest'],
      ['4711', 'minicom'],
    ] as const) {
      mkdirSync(join(folder, 'proc', pid, 'fd'), { recursive: true })
      symlinkSync(file, join(folder, 'proc', pid, 'fd', '3'))
      writeFileSync(join(folder, 'proc', pid, 'comm'), `${name}\n`)
    }
    expect(await findFileHolder(file, join(folder, 'proc'))).toBe('minicom (process 4711)')
    expect(await findFileHolder(join(folder, 'other'), join(folder, 'proc'))).toBeNull()
    expect(await findFileHolder(file, join(folder, 'no-proc'))).toBeNull()
  })
})

test.skipIf(process.platform === 'win32')(
  'the group that may use a file is named as group(5) has it',
  async () => {
    const folder = temporaryFolder()
    const file = join(folder, 'node')
    writeFileSync(file, '')
    const groups = join(folder, 'group')
    const gid = process.getgid?.() ?? 0
    writeFileSync(groups, `root:x:99999:\ndialout:x:${String(gid)}:ana,ben\n`)
    chmodSync(file, 0o660)
    chownSync(file, process.getuid?.() ?? 0, gid)
    expect(await groupOfFile(file, groups)).toBe('dialout')
    expect(await groupOfFile(join(folder, 'none'), groups)).toBeNull()
    expect(await groupOfFile(file, join(folder, 'none'))).toBeNull()
  },
)

test('a driver without a serial line is not given one', async () => {
  await expect(openTransport({ transport: 'serial', path: '/dev/ttyUSB0' }, {})).rejects.toMatchObject({
    code: 'not_supported',
  })
})

test('a path that leads nowhere is absent', async () => {
  await expect(openTransport({ transport: 'serial', path: '/dev/ttyNone' }, serial)).rejects.toMatchObject({
    code: 'device_absent',
  })
})

test.each([
  ['dialout', '/dev/ttyUSB0 is for the group dialout, and this user is not in it.'],
  [
    'root',
    '/dev/ttyUSB0 belongs to root alone: the udev rules are missing (systemd/99-encoder-bridge.rules).',
  ],
  [null, 'EACCES.'],
])('a port that only %s may use is denied with what gives the right', async (group, detail) => {
  const facts = { holderOf: () => Promise.resolve(null), groupOf: () => Promise.resolve(group) }
  const refusal = new BridgeError('device_denied', 'EACCES.')
  expect(await explainRefusal('/dev/ttyUSB0', refusal, facts)).toMatchObject({
    code: 'device_denied',
    detail,
  })
})

test('other refusals stay as they are', async () => {
  const facts = { holderOf: () => Promise.resolve('x'), groupOf: () => Promise.resolve('dialout') }
  const refusal = new BridgeError('device_absent')
  expect(await explainRefusal('/dev/ttyUSB0', refusal, facts)).toBe(refusal)
})

test('a lock system over the network is opened by its path, and its port is kept until the end', async () => {
  const transports = createTransports()
  const path = `tcp-listen://127.0.0.1:${await freePort()}`
  const given = new AbortController()
  const opening = transports.open({ transport: 'tcp', path }, {}, given.signal)
  const peer = await vi.waitFor(() => connectTo({ host: '127.0.0.1', port: Number(new URL(path).port) }))
  const transport = await opening
  expect([transport.kind, transport.path]).toEqual(['tcp', path])
  const again = transports.open({ transport: 'tcp', path }, {}, given.signal)
  await expect(again).rejects.toMatchObject({ code: 'device_busy' })
  given.abort()
  await expect(transports.open({ transport: 'tcp', path }, {}, given.signal)).rejects.toMatchObject({
    code: 'aborted',
  })
  await transports.close()
  await ended(peer)
})

test('a server is opened with its secret file', async () => {
  const place = { transport: 'http', path: 'https://lock.example' } as const
  const { open, close } = createTransports()
  expect((await open(place, {})).kind).toBe('http')
  await expect(open({ ...place, secretFile: '/no/such/key' }, {})).rejects.toMatchObject({
    code: 'config_invalid',
  })
  await close()
})
