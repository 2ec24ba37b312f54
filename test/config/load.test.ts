import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Ajv from 'ajv/dist/2020.js'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { configJsonSchema } from '../../src/config/schema.ts'

const readme = `
hub: { endpoint: http://127.0.0.1:27412 }
devices:
  - { driver: pn532, path: /dev/ttyUSB0, name: Front Desk }
`

const secretFile = process.platform === 'win32' ? 'C:/keys/seam' : '/etc/keys/seam'

/** A device of the configuration with this path. */
const at = (path: string): string => `devices:\n  - { driver: salto, path: '${path}', name: A }\n`

const defaults = {
  version: 1,
  hub: { endpoint: null },
  devices: [],
  sessions: { cardTimeoutSeconds: 60, recoveryTimeoutSeconds: 120 },
  log: { level: 'info' },
  layouts: [],
  page: { lockAfterMinutes: 15 },
  limits: {},
}

const openDir = () => {
  const path = mkdtempSync(join(tmpdir(), 'config-'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

/** Loads a file of this content, and gives the config or the detail of the refusal with the file's path cut short. */
const load = (content: string | Uint8Array, env: Record<string, string> = {}): unknown => {
  using dir = openDir()
  const path = join(dir.path, 'c.yaml')
  writeFileSync(path, content)
  try {
    return loadConfig({ dataDir: dir.path, path, env })
  } catch (error) {
    const { code, detail } = error as { code: string; detail: string }
    expect(code).toBe('config_invalid')
    return detail.replaceAll(path, 'c.yaml')
  }
}

test('the example of the README gets its defaults', () => {
  expect(load(readme)).toEqual({
    ...defaults,
    hub: { endpoint: 'http://127.0.0.1:27412' },
    devices: [
      {
        driver: 'pn532',
        path: '/dev/ttyUSB0',
        name: 'Front Desk',
        layout: 'demo',
        numberFormat: null,
        options: {},
      },
    ],
  })
})

test('a device may be told by what it is, or by its driver alone', () => {
  const content = `
devices:
  - { driver: pn532, match: { vendorId: '1A86', usbPath: '1-2.3' }, name: Front Desk }
  - { driver: pn532, name: Back Office }
`
  expect(load(content)).toMatchObject({
    devices: [{ match: { vendorId: '1A86', usbPath: '1-2.3' } }, { name: 'Back Office' }],
  })
})

test('a lock system lists its encoders, and names the file with the key to its server', () => {
  const content = `
devices:
  - driver: fias
    name: Hotel
    path: tcp-listen://0.0.0.0:5010?from=pms.example
    encoders: [{ name: Desk 1, address: '01' }, { name: Desk 2, address: '02' }]
  - { driver: seam-remote, name: Seam, path: https://connect.getseam.com, secretFile: ${secretFile}, encoders: [{ name: Lobby, address: e1 }] }
`
  expect(load(content)).toMatchObject({
    devices: [
      {
        path: 'tcp-listen://0.0.0.0:5010?from=pms.example',
        encoders: [
          { name: 'Desk 1', address: '01' },
          { name: 'Desk 2', address: '02' },
        ],
      },
      { secretFile, encoders: [{ name: 'Lobby', address: 'e1' }] },
    ],
  })
})

test('an empty file and a missing default file are all defaults', () => {
  using dir = openDir()
  expect(load('')).toEqual(defaults)
  expect(loadConfig({ dataDir: dir.path, path: null, env: {} })).toEqual(defaults)
})

test('config.yaml of the data directory is read when no file is named', () => {
  using dir = openDir()
  writeFileSync(join(dir.path, 'config.yaml'), 'log: { level: debug }')
  expect(loadConfig({ dataDir: dir.path, path: null, env: {} }).log.level).toBe('debug')
})

test('a file that is named must be there', () => {
  using dir = openDir()
  expect(() => loadConfig({ dataDir: dir.path, path: join(dir.path, 'no.yaml'), env: {} })).toThrow(
    `There is no file ${join(dir.path, 'no.yaml')}.`,
  )
})

describe('a mistake is told with its line, its setting and what is allowed', () => {
  test.each([
    [
      'a missing setting',
      'devices:\n  - path: /a\n    name: A\n',
      'c.yaml, line 2: devices[0].driver is missing; expected a driver’s name, as `encoder-bridge devices` lists them.',
    ],
    [
      'a device that is told in two ways',
      'devices:\n  - { driver: pn532, path: /a, match: { serialNumber: A1 }, name: A }\n',
      'c.yaml, line 2: devices[0].match stands beside path; one of them selects the device.',
    ],
    [
      'a match that tells nothing',
      'devices:\n  - { driver: pn532, match: {}, name: A }\n',
      'c.yaml, line 2: devices[0].match is empty; name at least one of serialNumber, usbPath, vendorId, productId, readerName.',
    ],
    [
      'a USB id that YAML took for a number',
      'devices:\n  - { driver: pn532, match: { vendorId: 0403 }, name: A }\n',
      "c.yaml, line 2: devices[0].match.vendorId is 403; expected the USB vendor id: four hexadecimal digits in quotes, like '0403'.",
    ],
    [
      'a misspelt setting',
      'log: { level: info }\nsesions: {}\n',
      'c.yaml, line 2: sesions is no setting; did you mean sessions? Allowed here: version, hub, seam, devices, layouts, sessions, page, log, limits.',
    ],
    [
      'a setting that is near no other',
      'colour: blue\n',
      'c.yaml, line 1: colour is no setting. Allowed here: version, hub, seam, devices, layouts, sessions, page, log, limits.',
    ],
    [
      'a misspelt setting below',
      'sessions:\n  cardTimeoutSecond: 5\n',
      'c.yaml, line 2: sessions.cardTimeoutSecond is no setting; did you mean cardTimeoutSeconds? Allowed here: cardTimeoutSeconds, recoveryTimeoutSeconds.',
    ],
    [
      'a wrong word',
      '# log\nlog:\n  level: loud\n',
      'c.yaml, line 3: log.level is "loud"; expected fatal, error, warn, info, debug, trace or silent.',
    ],
    [
      'a number out of range',
      'sessions: { cardTimeoutSeconds: 0 }',
      'c.yaml, line 1: sessions.cardTimeoutSeconds is 0; expected whole seconds that a session waits for a card, 5 to 3600.',
    ],
    [
      'a map where a list belongs',
      'devices: { driver: pn532 }',
      'c.yaml, line 1: devices is a map; expected a list of at most 64 encoders, each `{ driver, path, name }`.',
    ],
    [
      'a list where the map belongs',
      '- a',
      'c.yaml, line 1: the file is a list; expected a map of settings.',
    ],
    [
      'a setting left empty',
      'hub:\nlog: {}\n',
      'c.yaml, line 1: hub is empty; expected the hub: `{ endpoint, caFile, enrolmentTokenFile }`.',
    ],
    [
      'plain http to another computer',
      'hub: { endpoint: http://hub.example }',
      'c.yaml, line 1: hub.endpoint is "http://hub.example"; expected the hub’s address: https, or http on this computer.',
    ],
    [
      'a name given twice, in other letters',
      'devices:\n  - { driver: pn532, path: /a, name: Desk }\n  - { driver: pn532, path: /b, name: desk }\n',
      'c.yaml, line 3: devices[1].name is the same as devices[0].name; each needs its own.',
    ],
    [
      'a path given twice',
      'devices:\n  - { driver: pn532, path: /a, name: A }\n  - { driver: pn532, path: /a, name: B }\n',
      'c.yaml, line 3: devices[1].path is the same as devices[0].path; each needs its own.',
    ],
    [
      'one place in two spellings',
      `devices:\n  - { driver: salto, path: 'tcp://lock:4000', name: A }\n  - { driver: salto, path: 'tcp://LOCK:4000/', name: B }\n`,
      'c.yaml, line 3: devices[1].path is the same as devices[0].path; each needs its own.',
    ],
    [
      'a host without a port',
      at('tcp://lock'),
      'c.yaml, line 2: devices[0].path has no port; write tcp://host:port, with a port from 1 to 65535.',
    ],
    [
      'any port',
      at('tcp-listen://0.0.0.0:0'),
      'c.yaml, line 2: devices[0].path has no port; write tcp-listen://address:port, with a port from 1 to 65535.',
    ],
    [
      'a port that there is not',
      at('tcp://lock:65536'),
      'c.yaml, line 2: devices[0].path is no address; write tcp://host:port, with a port from 1 to 65535.',
    ],
    [
      'more than a host and a port',
      at('tcp://me@lock:4000/x'),
      'c.yaml, line 2: devices[0].path is no address; write tcp://host:port, with a port from 1 to 65535.',
    ],
    [
      'a peer where we connect ourselves',
      at('tcp://lock:4000?from=pms'),
      'c.yaml, line 2: devices[0].path takes nothing behind its port; ?from= is for tcp-listen://.',
    ],
    [
      'a misspelt peer',
      at('tcp-listen://0.0.0.0:4000?form=pms'),
      'c.yaml, line 2: devices[0].path may end with ?from=host, once, and with nothing else.',
    ],
    [
      'two peers',
      at('tcp-listen://0.0.0.0:4000?from=pms&from=other'),
      'c.yaml, line 2: devices[0].path may end with ?from=host, once, and with nothing else.',
    ],
    [
      'a way that there is not',
      at('udp://lock:4000'),
      'c.yaml, line 2: devices[0].path begins with udp://; links begin with tcp://, tcp-listen:// or https://.',
    ],
    [
      'a key in the clear',
      at('http://lock.example'),
      'c.yaml, line 2: devices[0].path goes over http, and a credential goes with it; write https://, except to this computer.',
    ],
    [
      'a key in the path',
      at('https://me:secret@lock.example'),
      'c.yaml, line 2: devices[0].path holds a credential; that belongs into the secretFile.',
    ],
    [
      'a key’s file that is somewhere',
      'devices:\n  - { driver: seam-remote, path: https://lock.example, name: A, secretFile: key }\n',
      'c.yaml, line 2: devices[0].secretFile is "key"; expected the absolute path of a file that holds the key to a server (`https://`), and that others can’t read.',
    ],
    [
      'an encoder with the name of its link',
      'devices:\n  - { driver: salto, name: Salto, encoders: [{ name: SALTO, address: a }] }\n',
      'c.yaml, line 2: devices[0].encoders[0].name is the same as devices[0].name; each needs its own.',
    ],
    [
      'encoders of two links with one name',
      `devices:
  - { driver: salto, name: Salto, encoders: [{ name: Desk, address: a }] }
  - { driver: onity, name: Onity, encoders: [{ name: Lobby, address: a }, { name: desk, address: b }] }
`,
      'c.yaml, line 3: devices[1].encoders[1].name is the same as devices[0].encoders[0].name; each needs its own.',
    ],
    [
      'two encoders at one address',
      'devices:\n  - { driver: salto, name: Salto, encoders: [{ name: A, address: a }, { name: B, address: a }] }\n',
      'c.yaml, line 2: devices[0].encoders[1].address is the same as encoders[0].address; the lock system would take them for one.',
    ],
    [
      'an address that YAML took for a number',
      'devices:\n  - { driver: fias, name: Hotel, encoders: [{ name: A, address: 01 }] }\n',
      'c.yaml, line 2: devices[0].encoders[0].address is 1; expected what the lock system calls it, 1 to 64 characters; in quotes where it is a number.',
    ],
    [
      'a lock system without encoders',
      'devices:\n  - { driver: fias, name: Hotel, encoders: [] }\n',
      'c.yaml, line 2: devices[0].encoders is a list; expected the encoders of a lock system, 1 to 64, each `{ name, address }`; for key systems alone.',
    ],
    [
      'more encoders than a hub takes',
      `devices:\n${[0, 1].map((link) => `  - { driver: fias, name: L${link}, encoders: [${Array.from({ length: 40 }, (_, index) => `{ name: D${link}-${index}, address: a${index} }`).join(', ')}] }`).join('\n')}\n`,
      'c.yaml, line 1: devices has 80 encoders; 64 are the most.',
    ],
    [
      'a version of the future',
      'version: 2',
      'c.yaml, line 1: version is 2; expected 1, the version of this format.',
    ],
  ])('%s', (_, content, detail) => {
    expect(load(content)).toBe(detail)
  })

  test.each([
    ['broken YAML', 'log: [1\ndevices: 2', /^c\.yaml, line \d: this is not YAML: /],
    ['a key given twice', 'log: {}\nlog: {}\n', /^c\.yaml, line 2: this is not YAML: /],
    ['two documents', 'log: {}\n---\nlog: {}\n', /^c\.yaml, line \d: this is not YAML: /],
    ['bytes that are no text', new Uint8Array([0xff, 0xfe, 0x00, 0x80]), /^c\.yaml is not UTF-8 text\.$/],
    [
      'a bomb of aliases',
      `a: &a [1,1,1,1,1,1,1,1,1,1]\n${'bcdefghi'.replaceAll(/./g, (key) => `${key}: &${key} [${`*${String.fromCodePoint((key.codePointAt(0) ?? 1) - 1)},`.repeat(9)}]\n`)}`,
      /^c\.yaml is not usable YAML\.$/,
    ],
  ])('%s', (_, content, detail) => {
    expect(load(content)).toMatch(detail)
  })

  test('a misspelt setting comes before the missing one that it causes', () => {
    expect(load('devices:\n  - { drvier: pn532, path: /a, name: A }\n')).toMatch(
      /^c\.yaml, line 2: devices\[0\]\.drvier is no setting; did you mean driver\?.* devices\[0\]\.driver is missing;/,
    )
  })

  test('a file of another kind complains five times and counts the rest', () => {
    expect(load('a: 1\nb: 1\nc: 1\nd: 1\ne: 1\nf: 1\ng: 1\n')).toMatch(/ And 2 more\.$/)
  })
})

describe('the environment overrides the file', () => {
  test.each([
    ['BRIDGE_HUB__ENDPOINT', 'https://hub.example', { hub: { endpoint: 'https://hub.example' } }],
    ['BRIDGE_LOG__LEVEL', 'trace', { log: { level: 'trace' } }],
    ['BRIDGE_SESSIONS__CARD_TIMEOUT_SECONDS', '30', { sessions: { cardTimeoutSeconds: 30 } }],
    ['BRIDGE_LIMITS__CARDS_AN_HOUR', '12', { limits: { cardsAnHour: 12 } }],
    [
      'BRIDGE_LIMITS__TECHNOLOGIES',
      '[mifare-classic-1k]',
      { limits: { technologies: ['mifare-classic-1k'] } },
    ],
    ['BRIDGE_DEVICES', '[{ driver: pn532, path: COM3, name: A }]', { devices: [{ path: 'COM3' }] }],
  ])('%s=%s', (variable, value, expected) => {
    expect(load(readme, { [variable]: value })).toMatchObject(expected)
  })

  test('an empty variable counts as unset, and others than BRIDGE_ are not ours', () => {
    expect(load('', { BRIDGE_LOG__LEVEL: '', BRIDGES: 'x', PATH: '/bin' })).toEqual(defaults)
  })

  test('a value that is not allowed is told with its variable', () => {
    expect(load('log: { level: info }', { BRIDGE_LOG__LEVEL: 'loud' })).toBe(
      'BRIDGE_LOG__LEVEL: log.level is "loud"; expected fatal, error, warn, info, debug, trace or silent.',
    )
  })

  test('a value that is no YAML is told with its variable', () => {
    expect(load('', { BRIDGE_DEVICES: '[{' })).toBe('BRIDGE_DEVICES: its value is not YAML.')
  })

  test.each([
    ['BRIDGE_HUB_ENDPOINT', 'BRIDGE_HUB__ENDPOINT'],
    ['BRIDGE_LOG_LEVEL', 'BRIDGE_LOG__LEVEL'],
    ['BRIDGE_SESSIONS__CARDTIMEOUTSECONDS', 'BRIDGE_SESSIONS__CARD_TIMEOUT_SECONDS'],
  ])('%s is no setting, and %s is named', (variable, suggestion) => {
    expect(load('', { [variable]: 'x' })).toBe(
      `The environment variable ${variable} is no setting; the nearest is ${suggestion}.`,
    )
  })
})

test('the published JSON Schema takes what the loader takes and refuses a misspelt setting', () => {
  const validate = new Ajv.default({ strict: false }).compile(configJsonSchema())
  expect(validate(parse(readme))).toBe(true)
  expect(validate({})).toBe(true)
  expect(validate({ sesions: {} })).toBe(false)
  expect(validate({ devices: [{ driver: 'pn532' }] })).toBe(false)
})

test('a file of megabytes is refused unread: YAML would take minutes over its keys', () => {
  const keys = Array.from({ length: 40_000 }, (_, index) => `key${index}: 1`)
  expect(load(keys.join('\n'))).toBe('c.yaml is longer than 262144 bytes.')
})

test.each([
  [
    'a key of a card with a digit too few',
    'layouts: [{ name: x, technologies: [mifare-classic-1k], content: { kind: record, key: { value: A0B1C2D3E4F } } }]',
    'layouts[0].content.key.value is [secret]',
  ],
  [
    'a password of a card that is a number',
    'layouts: [{ name: x, technologies: [ntag213], content: { kind: record, password: { value: 20406080 } } }]',
    'layouts[0].content.password.value is [secret]',
  ],
  [
    'an API key in the place of its file',
    'seam: { apiKeyFile: seam_A0B1C2D3E4F }',
    'seam.apiKeyFile is [secret]',
  ],
  ['an API key in the place of a map', 'seam: seam_A0B1C2D3E4F', 'seam is [secret]'],
  [
    'a token in the place of its file',
    'hub: { endpoint: https://hub.example, enrolmentTokenFile: ebe_A0B1C2D3E4F }',
    'hub.enrolmentTokenFile is [secret]',
  ],
  [
    'another secret in the place of its file',
    'devices: [{ driver: vostio, name: A, secretFile: A0B1C2D3E4F }]',
    'devices[0].secretFile is [secret]',
  ],
])('no secret is told of a mistake: %s', (_, text, told) => {
  const said = load(text)
  expect(said).toContain(told)
  expect(said).not.toMatch(/A0B1C2D3E4F|20406080/)
})
