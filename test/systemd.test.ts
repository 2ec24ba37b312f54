import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { openNotifier } from '../src/service/notify.ts'
import { openDatagramReceiver, whyNoDatagrams } from './support/datagram-receiver.ts'
import { filesUnder, root } from './support/repository.ts'
import { testUnless } from './support/skip.ts'

const units = filesUnder('systemd', /\.service$/)
const rules = filesUnder('systemd', /\/99-[^/]+\.rules$/)

/** Why a tool of systemd cannot be asked here; null when it can. */
const whyNot = (command: string, ...probe: string[]): string | null =>
  spawnSync(command, probe).status === 0
    ? null
    : `${[command, ...probe].join(' ')} does not work on this machine`

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'systemd-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

/** The unit in a folder of its own, with Node in place of the one command that is not installed here. */
const installable = (name: string, text: string): string => {
  const runnable = text.replace(/^ExecStart=encoder-bridge /m, `ExecStart=${process.execPath} `)
  expect(runnable).not.toBe(text)
  const path = join(temporaryFolder(), name)
  writeFileSync(path, runnable)
  return path
}

const setting = (text: string, name: string): string | undefined =>
  new RegExp(`^${name}=(.*)$`, 'm').exec(text)?.[1]

describe.each(units.map(({ path, text }) => ({ name: path.slice('systemd/'.length), text })))(
  '$name',
  ({ name, text }) => {
    testUnless(whyNot('systemd-analyze', '--version'))('has nothing that systemd would complain of', () => {
      const verify = spawnSync('systemd-analyze', ['verify', installable(name, text)], { encoding: 'utf8' })
      expect({ said: verify.stderr, status: verify.status }).toEqual({ said: '', status: 0 })
    })

    testUnless(whyNot('systemd-analyze', 'security', '--offline=true', '--version'))(
      'leaves little open: an exposure of at most 2.0 of 10',
      () => {
        const path = installable(name, text)
        const security = spawnSync(
          'systemd-analyze',
          ['security', '--offline=true', '--threshold=20', '--no-pager', path],
          { encoding: 'utf8' },
        )
        expect({ said: security.stderr, status: security.status }).toEqual({ said: '', status: 0 })
        expect(security.stdout).toContain('Overall exposure level')
      },
    )

    test('starts again whatever happens, and keeps writable memory executable for V8', () => {
      expect(setting(text, 'Restart')).toBe('always')
      expect(setting(text, 'StartLimitIntervalSec')).toBe('0')
      expect(setting(text, 'MemoryDenyWriteExecute')).toBeUndefined()
    })
  },
)

describe('the daemon’s unit', () => {
  const text = readFileSync(join(root, 'systemd/encoder-bridge.service'), 'utf8')

  test('hears the daemon itself and systemd-notify, and watches it', () => {
    expect(setting(text, 'Type')).toBe('notify')
    expect(setting(text, 'NotifyAccess')).toBe('all')
    expect(setting(text, 'WatchdogSec')).toMatch(/^\d+s$/)
  })

  test('gives the daemon longer to stop than its own drain bound', () => {
    const daemon = readFileSync(join(root, 'src/runtime/daemon.ts'), 'utf8')
    const drainMs = Number(/\bDRAIN_MS = ([\d_]+)/.exec(daemon)?.[1]?.replaceAll('_', ''))
    const stopSeconds = Number(/^(\d+)s$/.exec(setting(text, 'TimeoutStopSec') ?? '')?.[1])
    expect(drainMs).toBeGreaterThan(0)
    expect(stopSeconds * 1000).toBeGreaterThanOrEqual(2 * drainMs)
  })

  test('runs as the user that sysusers.conf makes', () => {
    const sysusers = readFileSync(join(root, 'systemd/sysusers.conf'), 'utf8')
    const user = setting(text, 'User')
    expect(sysusers).toMatch(new RegExp(`^u ${user} `, 'm'))
    for (const group of (setting(text, 'SupplementaryGroups') ?? '').split(' ')) {
      expect(sysusers).toMatch(new RegExp(`^m ${user} ${group}$`, 'm'))
    }
  })

  const whyNoUsers =
    process.getuid?.() === 0 ? whyNot('systemd-sysusers', '--version') : 'systemd-sysusers wants root'

  testUnless(whyNoUsers)('gets its user from systemd-sysusers', () => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'etc'))
    const made = spawnSync('systemd-sysusers', [`--root=${folder}`, join(root, 'systemd/sysusers.conf')])
    expect(made.status).toBe(0)
    expect(readFileSync(join(folder, 'etc/passwd'), 'utf8')).toMatch(
      /^encoder-bridge:x:\d+:\d+:Encoder bridge:\/var\/lib\/encoder-bridge:.*nologin$/m,
    )
  })
})

describe.each(rules)('$path', ({ path, text }) => {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))

  test('holds rules in the form of udev(7), and every jump has its label', () => {
    const form = /^(?:[A-Z]+(?:\{[A-Za-z_]+\})?(?:==|!=|\+=|:=|=)"[^"]*"(?:, |$))+$/
    expect(lines.filter((line) => !form.test(line))).toEqual([])
    const labels = [...text.matchAll(/LABEL="(\w+)"/g)].map(([, label]) => label)
    const jumps = [...text.matchAll(/GOTO="(\w+)"/g)].map(([, label]) => label)
    expect(new Set(jumps)).toEqual(new Set(labels))
  })

  testUnless(whyNot('udevadm', 'verify', '--help'))('has nothing that udev would complain of', () => {
    const verify = spawnSync('udevadm', ['verify', join(root, path)], { encoding: 'utf8' })
    expect(verify).toMatchObject({ status: 0, stderr: '' })
  })
})

describe('systemd-notify', () => {
  const reason = whyNoDatagrams() ?? whyNot('systemd-notify', '--version')

  testUnless(reason)('carries the messages of a daemon that has no koffi', async () => {
    const path = join(temporaryFolder(), 'notify')
    const receiver = openDatagramReceiver(Buffer.from(`\x01\x00${path}\x00`, 'latin1'))
    onTestFinished(() => receiver.close())
    const notifier = openNotifier({ ...process.env, NOTIFY_SOCKET: path }, () => {
      throw new Error('koffi is not installed')
    })
    notifier.status('2 encoders ready')
    expect(await receiver.next()).toBe('STATUS=2 encoders ready')
  })
})
