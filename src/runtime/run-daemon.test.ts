import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BridgeError } from '../contract/errors.ts'
import type { DaemonHost } from './daemon.ts'
import { runDaemon } from './run-daemon.ts'

let dataDir = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'run-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const options = () => ({ dataDir, configPath: null, port: 0, log: 'silent', isEmulated: true }) as const
const configure = (text: string): void => writeFileSync(join(dataDir, 'config.yaml'), text)

/** A daemon that does nothing but tell what happens to it. */
const createFake = (failing: readonly string[] = []) => {
  const events: string[] = []
  const hosts: DaemonHost[] = []
  const start: typeof import('./daemon.ts').startDaemon = ({ port }, host) => {
    const level = host.running.get().log.level
    events.push(`start ${level} at ${port}`)
    if (failing.includes(level))
      return Promise.reject(new BridgeError('data_unwritable', 'The disk is full.'))
    hosts.push(host)
    return Promise.resolve({
      endpoint: 'http://127.0.0.1:4711',
      devices: [],
      close: () => {
        events.push(`close ${level}`)
        return Promise.resolve()
      },
      closed: Promise.resolve(),
    })
  }
  return { events, hosts, start, host: () => hosts.at(-1) }
}

test('a restart takes the file’s new settings, in the same process and at the same port', async () => {
  const fake = createFake()
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  configure('log: { level: warn }')
  await fake.host()?.restart()
  await expect.poll(() => fake.events).toEqual(['start info at 0', 'close info', 'start warn at 4711'])
  expect(fake.host()?.restartError()).toBeNull()
  await daemon.close()
  await daemon.closed
  expect(fake.events.at(-1)).toBe('close warn')
})

test('two restarts at once are one: the second is told that the daemon is on its way', async () => {
  const fake = createFake()
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  const host = fake.host()
  const both = await Promise.allSettled([host?.restart(), host?.restart()])
  expect(both).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'draining' } }])
  await expect.poll(() => fake.events).toEqual(['start info at 0', 'close info', 'start info at 4711'])
  await fake.host()?.restart()
  await daemon.close()
  expect(fake.events.filter((event) => event.startsWith('start'))).toHaveLength(2)
})

test('a file that would not start is refused, and the daemon runs on untouched', async () => {
  const fake = createFake()
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  for (const [text, told] of [
    ['devices: [{ driver: pn532 }]', 'devices[0].name is missing'],
    ['devices: [{ driver: pm532, name: Front Desk }]', 'pm532'],
    ['log: [', 'this is not YAML'],
  ] as const) {
    configure(text)
    await expect(fake.host()?.restart()).rejects.toThrow(told)
  }
  expect(fake.events).toEqual(['start info at 0'])
  await daemon.close()
})

test('settings that do not start after all give way to those before, and why is told', async () => {
  const fake = createFake(['warn'])
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  configure('log: { level: warn }')
  await fake.host()?.restart()
  await expect
    .poll(() => fake.events)
    .toEqual(['start info at 0', 'close info', 'start warn at 4711', 'start info at 4711'])
  expect(fake.host()?.restartError()).toMatchObject({ code: 'data_unwritable', detail: 'The disk is full.' })
  expect(fake.hosts[0]?.lines.newest(10).map(({ message }) => message)).toContain(
    'the new settings do not start: the old ones do',
  )
  await daemon.close()
})

test('a daemon that can start with neither ends with the reason', async () => {
  const failing: string[] = []
  const fake = createFake(failing)
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  failing.push('info')
  await fake.host()?.restart()
  await expect(daemon.closed).rejects.toMatchObject({ code: 'data_unwritable' })
})

test('a daemon that is told to stop in the middle of a restart does not come again', async () => {
  const fake = createFake()
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  await fake.host()?.restart()
  await daemon.close()
  expect(fake.events).not.toContain('start info at 4711')
  await expect(fake.host()?.restart()).rejects.toMatchObject({ code: 'draining' })
})

test('of two restarts that are asked for at once one is refused, and one daemon starts', async () => {
  const fake = createFake()
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  const host = fake.host()
  const asked = await Promise.allSettled([host?.restart(), host?.restart()])
  expect(asked).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'draining' } }])
  await expect.poll(() => fake.events).toEqual(['start info at 0', 'close info', 'start info at 4711'])
  await daemon.close()
})

test('the log goes on over a restart, and a level that is saved counts at once', async () => {
  const fake = createFake()
  const daemon = await runDaemon(options(), '1.2.3', fake.start)
  const host = fake.host()
  host?.logger.debug('before')
  const { settings } = await import('./settings.ts').then(({ createSettings }) => ({
    settings: host === undefined ? null : createSettings(host.source, host.running, host.restartError),
  }))
  const saved = await settings?.replace(settings.read().revision, { log: { level: 'debug' } })
  expect(saved?.restartNeeded).toEqual([])
  host?.logger.child({ component: 'x' }).debug('after')
  expect(host?.lines.newest(10).map(({ message }) => message)).toEqual(['after'])
  const next = await settings?.replace(saved?.revision ?? '', {
    log: { level: 'debug' },
    hub: { endpoint: 'https://hub.example' },
  })
  expect(next?.restartNeeded).toEqual(['hub.endpoint'])
  expect(readFileSync(join(dataDir, 'config.yaml'), 'utf8')).toContain('endpoint: https://hub.example')
  await daemon.close()
})
