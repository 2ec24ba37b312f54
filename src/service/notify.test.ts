import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openDatagramReceiver, whyNoDatagrams } from '../../test/support/datagram-receiver.ts'
import { testUnless } from '../../test/support/skip.ts'
import { unixAddress } from './libc-datagram.ts'
import { openNotifier } from './notify.ts'

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const receive = (address: Uint8Array) => {
  const receiver = openDatagramReceiver(address)
  onTestFinished(() => receiver.close())
  return receiver
}

const noKoffi = () => {
  throw new Error('koffi is not installed')
}

describe('a notifier', () => {
  test('does nothing and loads nothing where no service manager listens', () => {
    let loaded = false
    const notifier = openNotifier({ WATCHDOG_USEC: '2000000' }, () => {
      loaded = true
      return () => {}
    })
    notifier.ready()
    notifier.feed()
    expect({ loaded, via: notifier.via, interval: notifier.watchdogIntervalMs }).toEqual({
      loaded: false,
      via: 'none',
      interval: null,
    })
  })

  test('is due twice within WatchdogSec, and only for the process that WATCHDOG_PID names', () => {
    const intervalOf = (env: Record<string, string>) =>
      openNotifier({ NOTIFY_SOCKET: '/nowhere', ...env }, () => () => {}).watchdogIntervalMs
    expect(intervalOf({ WATCHDOG_USEC: '30000000' })).toBe(15_000)
    expect(intervalOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: String(process.pid) })).toBe(15_000)
    expect(intervalOf({ WATCHDOG_USEC: '30000000', WATCHDOG_PID: '1' })).toBeNull()
    expect(intervalOf({ WATCHDOG_USEC: 'soon' })).toBeNull()
    expect(intervalOf({ WATCHDOG_USEC: '0' })).toBeNull()
    expect(intervalOf({})).toBeNull()
  })

  test('is fed only where somebody watches', () => {
    const sent: string[] = []
    const open = (env: Record<string, string>) =>
      openNotifier({ NOTIFY_SOCKET: '/nowhere', ...env }, () => (message) => sent.push(message))
    open({}).feed()
    expect(sent).toEqual([])
    open({ WATCHDOG_USEC: '30000000' }).feed()
    expect(sent).toEqual(['WATCHDOG=1'])
  })

  test('keeps a status on one line, because a line break would begin another assignment', () => {
    const sent: string[] = []
    const notifier = openNotifier({ NOTIFY_SOCKET: '/nowhere' }, () => (message) => sent.push(message))
    notifier.status('2 encoders\nMAINPID=1')
    expect(sent).toEqual(['STATUS=2 encoders MAINPID=1'])
  })
})

describe('through libc', () => {
  test('a path ends with a zero byte and an abstract name starts with one (unix(7))', () => {
    expect([...unixAddress('/a')]).toEqual([1, 0, 0x2f, 0x61, 0])
    expect([...unixAddress('@a')]).toEqual([1, 0, 0, 0x61])
  })

  testUnless(whyNoDatagrams())('a socket on a path gets one datagram a message, in order', () => {
    const path = join(temporaryFolder(), 'notify')
    const receiver = receive(Buffer.from(`\x01\x00${path}\x00`, 'latin1'))
    const notifier = openNotifier({ NOTIFY_SOCKET: path, WATCHDOG_USEC: '30000000' })
    notifier.ready()
    notifier.feed()
    notifier.status('ready: 1 encoder')
    notifier.stopping()
    expect(notifier.via).toBe('libc')
    expect([receiver.take(), receiver.take(), receiver.take(), receiver.take(), receiver.take()]).toEqual([
      'READY=1',
      'WATCHDOG=1',
      'STATUS=ready: 1 encoder',
      'STOPPING=1',
      null,
    ])
  })

  testUnless(whyNoDatagrams())('an abstract socket gets them too', () => {
    const name = `encoder-bridge-${process.pid}`
    const receiver = receive(Buffer.from(`\x01\x00\x00${name}`, 'latin1'))
    openNotifier({ NOTIFY_SOCKET: `@${name}` }).ready()
    expect(receiver.take()).toBe('READY=1')
  })

  testUnless(whyNoDatagrams())('a receiver that is gone is no error', () => {
    const notifier = openNotifier({ NOTIFY_SOCKET: join(temporaryFolder(), 'gone') })
    expect(() => notifier.ready()).not.toThrow()
    expect(notifier.via).toBe('libc')
  })
})

describe('without koffi', () => {
  const whyNoScript = process.platform === 'win32' ? 'systemd-notify exists on Linux only' : null

  testUnless(whyNoScript)('the command systemd-notify is called with the assignment', async () => {
    const folder = temporaryFolder()
    const server = createServer()
    onTestFinished(() => void server.close())
    const heard = new Promise<string>((resolve) => {
      server.on('connection', (socket) => socket.on('data', (bytes) => resolve(bytes.toString())))
    })
    await new Promise<void>((resolve) => server.listen(join(folder, 'heard'), resolve))
    const command = join(folder, 'systemd-notify')
    const report = `[process.argv[2], process.env.NOTIFY_SOCKET].join(' to ')`
    writeFileSync(
      command,
      `#!/usr/bin/env node\nrequire('node:net').connect(${JSON.stringify(join(folder, 'heard'))}).end(${report})\n`,
    )
    chmodSync(command, 0o755)
    const path = [folder, dirname(process.execPath), process.env['PATH']].join(delimiter)
    const notifier = openNotifier({ NOTIFY_SOCKET: '/run/notify', PATH: path }, noKoffi)
    notifier.ready()
    expect(await heard).toBe('READY=1 to /run/notify')
    expect(notifier.via).toBe('systemd-notify')
  })

  test('without the command too, it stays silent', async () => {
    const notifier = openNotifier(
      { NOTIFY_SOCKET: '/run/notify', PATH: temporaryFolder(), WATCHDOG_USEC: '30000000' },
      noKoffi,
    )
    const uncaught: Error[] = []
    const observe = (error: Error) => void uncaught.push(error)
    process.on('uncaughtException', observe)
    onTestFinished(() => void process.off('uncaughtException', observe))
    notifier.ready()
    notifier.feed()
    await new Promise((resolve) => setImmediate(resolve))
    expect(uncaught).toEqual([])
  })

  test('a socket of another family is left to the command', () => {
    const notifier = openNotifier({ NOTIFY_SOCKET: 'vsock:2:1234', PATH: '' }, () => () => {})
    expect(notifier.via).toBe('systemd-notify')
  })
})
