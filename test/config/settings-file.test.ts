import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import {
  differencesOf,
  readSettingsFile,
  replaceSettings,
  settingsFromEnvironment,
} from '../../src/config/settings-file.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { testUnless } from '../support/skip.ts'

const onPosix = testUnless(
  process.platform === 'win32' ? 'mode of the configuration file: Windows has no such modes' : null,
)

let dataDir = ''
let file = ''
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'settings-'))
  file = join(dataDir, 'config.yaml')
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

const anything = (): Promise<void> => Promise.resolve()
const source = (env: Record<string, string> = {}) => ({ dataDir, path: null, env })
const replace = (values: Record<string, unknown>, env = {}) =>
  replaceSettings(source(env), readSettingsFile(source(env)).revision, values, anything)

const commented = `# The desk at the entrance.
hub:
  endpoint: https://hub.example # ours
devices:
  # Bought in 2024.
  - driver: pn532
    name: Front Desk # left of the door
    path: /dev/ttyUSB0
  # The spare one.
  - driver: pn532
    name: Back Office
    path: /dev/ttyUSB1
log:
  level: info
`

test('a missing file has no values and a revision, and is made', async () => {
  expect(readSettingsFile(source()).values).toEqual({})
  await replace({ log: { level: 'debug' } })
  expect(readFileSync(file, 'utf8')).toBe('log:\n  level: debug\n')
  expect(readdirSync(dataDir)).toEqual(['config.yaml'])
})

test('a change keeps the comments of what stays, and takes a removed device’s with it', async () => {
  writeFileSync(file, commented)
  const { values } = readSettingsFile(source())
  const [, spare] = values['devices'] as [unknown, Record<string, unknown>]
  await replace({ ...values, devices: [{ ...spare, path: '/dev/ttyUSB7' }], log: { level: 'warn' } })
  expect(readFileSync(file, 'utf8')).toBe(`# The desk at the entrance.
hub:
  endpoint: https://hub.example # ours
devices:
  # The spare one.
  - driver: pn532
    name: Back Office
    path: /dev/ttyUSB7
log:
  level: warn
`)
})

test('an anchor that a change takes away leaves no alias behind', async () => {
  writeFileSync(
    file,
    `devices:
  - { driver: virtual, name: One, options: &o { a: 1 } }
  - { driver: virtual, name: Two, options: *o }
`,
  )
  const devices = [
    { driver: 'virtual', name: 'One', options: 'none' },
    { driver: 'virtual', name: 'Two', options: { a: 1 } },
  ]
  await expect(replace({ devices })).rejects.toMatchObject({ code: 'request_invalid' })
  const changed = [{ driver: 'virtual', name: 'One' }, devices[1]]
  await replace({ devices: changed })
  expect(readSettingsFile(source()).values).toEqual({ devices: changed })
})

test('a file of anchors says what was saved and not more', async () => {
  writeFileSync(file, 'sessions: &times\n  cardTimeoutSeconds: 30\n')
  const { values } = readSettingsFile(source())
  await replace({ ...values, sessions: { cardTimeoutSeconds: 40 } })
  expect(readSettingsFile(source()).values).toEqual({ sessions: { cardTimeoutSeconds: 40 } })
  writeFileSync(
    file,
    `devices:
  - { driver: virtual, name: One, options: &o { a: 1 } }
  - { driver: virtual, name: Two, options: *o }
`,
  )
  const devices = [
    { driver: 'virtual', name: 'One', options: { a: 2 } },
    { driver: 'virtual', name: 'Two', options: { a: 1 } },
  ]
  await replace({ devices })
  expect(readSettingsFile(source()).values).toEqual({ devices })
})

onPosix('a new file is readable by its owner alone', async () => {
  await replace({ log: { level: 'debug' } })
  expect(statSync(file).mode & 0o777).toBe(0o600)
})

onPosix('the mode of the file stays, and a link goes on leading to it', async () => {
  const real = join(dataDir, 'real.yaml')
  writeFileSync(real, commented)
  chmodSync(real, 0o640)
  symlinkSync(real, file)
  await replace({ log: { level: 'warn' } })
  expect(statSync(real).mode & 0o777).toBe(0o640)
  expect(readFileSync(real, 'utf8')).toContain('level: warn')
})

test('a file that was changed meanwhile is not written over', async () => {
  writeFileSync(file, commented)
  const { revision } = readSettingsFile(source())
  writeFileSync(file, `${commented}# by hand\n`)
  await expect(replaceSettings(source(), revision, {}, anything)).rejects.toMatchObject({
    code: 'settings_changed',
  })
  expect(readFileSync(file, 'utf8')).toBe(`${commented}# by hand\n`)
})

test.each([
  [{ devices: [{ driver: 'pn532' }] }, 'devices[0].name is missing'],
  [{ hub: { endpoint: 'http://far.example' } }, 'hub.endpoint is'],
  [{ logs: {} }, 'logs is no setting'],
])('%j is refused with its place, and the file stays', async (values, told) => {
  writeFileSync(file, commented)
  await expect(replace(values)).rejects.toMatchObject({
    code: 'request_invalid',
    detail: expect.stringContaining(told) as string,
  })
  expect(readFileSync(file, 'utf8')).toBe(commented)
})

test('what a driver refuses is not saved', async () => {
  writeFileSync(file, commented)
  const { revision } = readSettingsFile(source())
  const refuse = () => Promise.reject(new BridgeError('driver_unknown', '“pm532” is none.'))
  await expect(replaceSettings(source(), revision, {}, refuse)).rejects.toMatchObject({
    code: 'request_invalid',
    detail: '“pm532” is none.',
  })
  expect(readFileSync(file, 'utf8')).toBe(commented)
})

test('what the environment decides is told, and is not written into the file', async () => {
  const env = { BRIDGE_HUB__ENDPOINT: 'https://other.example', BRIDGE_LOG__LEVEL: 'error' }
  expect(settingsFromEnvironment(env)).toEqual(['hub.endpoint', 'log.level'])
  await replace({ log: { level: 'warn' } }, env)
  expect(readFileSync(file, 'utf8')).toBe('log:\n  level: warn\n')
  expect(loadConfig(source(env)).log.level).toBe('error')
})

test('differences are told setting by setting', async () => {
  const before = loadConfig(source())
  const after = await replace({
    hub: { endpoint: 'https://hub.example' },
    devices: [{ driver: 'virtual', name: 'One' }],
    sessions: { cardTimeoutSeconds: 60 },
  })
  expect(differencesOf(before, after)).toEqual(['hub.endpoint', 'devices'])
})

test('a file in a folder that can’t be written is left, and that is told', async () => {
  const missing = { dataDir: join(dataDir, 'gone'), path: null, env: {} }
  const { revision } = readSettingsFile(missing)
  await expect(
    replaceSettings(missing, revision, { log: { level: 'warn' } }, anything),
  ).rejects.toMatchObject({ code: 'settings_unwritable' })
})

test('a file that no start would read again, for it is too long, is not written', async () => {
  await replace({ log: { level: 'debug' } })
  const options = { note: 'x'.repeat(262_144) }
  const devices = [{ driver: 'virtual', name: 'Front Desk', options }]
  await expect(replace({ devices })).rejects.toMatchObject({ code: 'request_invalid' })
  expect(readFileSync(file, 'utf8')).toBe('log:\n  level: debug\n')
})
