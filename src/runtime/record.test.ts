import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createPn532Emulator } from '../../drivers/pn532/emulator.ts'
import { Fixture } from '../../test/conformance/fixtures.ts'
import { Config } from '../config/schema.ts'
import { systemClock } from '../service/system-clock.ts'
import { hostEmulator } from '../transport/emulator-host.ts'
import { record } from './record.ts'
import { collectSecrets } from './record-secrets.ts'
import { createTranscript } from './transcript.ts'

const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'record-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  return folder
}

const info = { model: 'X', firmware: '', serialNumber: null }
const signal = new AbortController().signal

/** An emulated PN532 on a pseudoterminal, with a card as delivered on it. */
const openBoard = async (): Promise<{ folder: string; link: string }> => {
  const folder = temporaryFolder()
  const link = join(folder, 'pn532')
  const emulator = createPn532Emulator({ clock: systemClock, realtime: false })
  emulator.placeCard({ type: 'classic1k', uid: '922E5832' })
  const host = await hostEmulator({ emulator, link })
  onTestFinished(() => host.close())
  return { folder, link }
}

// Windows has no pseudoterminals: there a recording needs a real board.
describe.skipIf(process.platform === 'win32')('a PN532', () => {
  test('is recorded as fixtures of its driver, and its card is not written', async () => {
    const { folder, link } = await openBoard()
    const prompts: string[] = []
    const { fixture, blanked } = await record(
      {
        dataDir: folder,
        configPath: null,
        device: { driver: 'pn532', path: link },
        pathsInUse: [],
        secrets: [],
        onPrompt: (prompt) => prompts.push(prompt),
        signal,
      },
      '1.2.3',
    )
    const { header, exchanges } = Fixture.parse(fixture)
    expect(header).toMatchObject({ model: 'PN532', firmware: '1.6', origin: 'captured' })
    expect(header.source).toMatch(/^encoder-bridge 1\.2\.3 record, \d{4}-\d\d-\d\d$/)
    expect(exchanges.map(({ name }) => name)).toEqual([
      'opening',
      'a sign of life',
      'a card comes',
      'a place is read',
      'the card is released',
    ])
    expect(exchanges[3]?.card).toEqual({ type: 'mifare-classic-1k', uid: '922E5832' })
    expect(exchanges[1]?.before.length).toBeGreaterThan(0)
    expect(prompts).toHaveLength(1)
    expect(blanked).toBe(0)
    // UM0701-02, §7.3.8: A0 is a MIFARE write.
    const sent = exchanges.flatMap(({ messages }) =>
      messages.map(({ hex }) => Buffer.from(hex).toString('hex')),
    )
    expect(sent.filter((hex) => /d44001a0/.test(hex))).toEqual([])
    expect(sent.filter((hex) => /d4400130/.test(hex))).toHaveLength(1)
  })

  test('of the configuration is found by its name, whatever its letters', async () => {
    const { folder, link } = await openBoard()
    writeFileSync(
      join(folder, 'config.yaml'),
      JSON.stringify({ devices: [{ driver: 'pn532', path: link, name: 'Front Desk' }] }),
    )
    const options = {
      dataDir: folder,
      configPath: null,
      pathsInUse: [],
      secrets: [],
      onPrompt: () => undefined,
      signal,
    }
    const { fixture } = await record({ ...options, device: { name: 'front desk' } }, '1.2.3')
    expect(fixture.exchanges.length).toBeGreaterThan(3)
    await expect(record({ ...options, device: { name: 'Lobby' } }, '1.2.3')).rejects.toMatchObject({
      code: 'encoder_unknown',
    })
  })
})

test('what was asked of a server is recorded as conversations', () => {
  const transcript = createTranscript()
  const note = (direction: 'toDevice' | 'toHost', value: object): void =>
    transcript.note({ direction, as: 'json', bytes: new TextEncoder().encode(JSON.stringify(value)) })
  const list = { method: 'POST', path: '/list', body: {} } as const
  const get = { method: 'GET', path: '/get' } as const
  note('toDevice', list)
  note('toHost', { status: 200, body: { ok: true } })
  transcript.endExchange('opening')
  note('toDevice', get)
  note('toDevice', get)
  note('toHost', { status: 404, body: null })
  transcript.endExchange('a sign of life')
  const { fixture } = transcript.toFixture({ info, transport: 'http', secrets: [], source: 'a test' })
  expect(Fixture.parse(fixture).exchanges).toEqual([])
  expect(fixture.conversations).toEqual([
    {
      name: 'opening',
      before: [],
      calls: [{ request: list, response: { status: 200, body: { ok: true } } }],
    },
    {
      name: 'a sign of life',
      before: [list],
      calls: [{ request: get, response: { status: 404, body: null } }],
    },
  ])
})

test('bytes of a connection over TCP are joined', () => {
  const transcript = createTranscript()
  for (const byte of [1, 2]) transcript.note({ direction: 'toHost', bytes: Uint8Array.of(byte) })
  transcript.endExchange('opening')
  const { fixture } = transcript.toFixture({ info, transport: 'tcp', secrets: [], source: 'a test' })
  expect(fixture.exchanges).toEqual([
    { name: 'opening', transport: 'tcp', before: [], messages: [{ direction: 'toHost', hex: '0102' }] },
  ])
})

test('a recording without its secrets says that checksums are wrong', () => {
  const transcript = createTranscript()
  transcript.note({ direction: 'toDevice', bytes: Uint8Array.of(1, 0xa0, 0xa1, 2) })
  transcript.endExchange('opening')
  transcript.endExchange('nothing was said')
  const { fixture, blanked } = transcript.toFixture({
    info,
    transport: 'serial',
    secrets: [Uint8Array.of(0xa0, 0xa1)],
    source: 'a test',
  })
  expect(blanked).toBe(1)
  expect(fixture).toEqual({
    header: {
      model: 'X',
      firmware: 'unknown',
      origin: 'captured',
      source: 'a test; 1 secrets are zeros here, and checksums over them wrong',
    },
    exchanges: [
      {
        name: 'opening',
        transport: 'serial',
        before: [],
        messages: [{ direction: 'toDevice', hex: '01000002' }],
      },
    ],
  })
})

describe('the secrets of a recording', () => {
  const hexOf = (secrets: readonly Uint8Array[]): string[] =>
    secrets.map((secret) => Buffer.from(secret).toString('hex').toUpperCase())

  test('are what looks like a key in drivers’ options and layouts, their key files, and what is named', () => {
    const file = join(temporaryFolder(), 'key')
    writeFileSync(file, 'b0b1b2b3b4b5\n', { mode: 0o600 })
    const config = Config.parse({
      devices: [
        { driver: 'pn532', name: 'A', options: { key: 'a0a1a2a3a4a5', open: 'FFFFFFFFFFFF', id: '0403' } },
      ],
      layouts: [
        {
          name: 'mine',
          technologies: ['mifare-classic-1k'],
          content: { kind: 'record', key: { file } },
        },
      ],
    })
    expect(hexOf(collectSecrets(config, ['c0c1'])).toSorted()).toEqual([
      'A0A1A2A3A4A5',
      'B0B1B2B3B4B5',
      'C0C1',
    ])
  })

  test('can’t be read from a file that is not there, and are given in hexadecimal', () => {
    const key = { file: '/nowhere/key' }
    const config = Config.parse({
      layouts: [{ name: 'mine', technologies: ['mifare-classic-1k'], content: { kind: 'record', key } }],
    })
    expect(() => collectSecrets(config, [])).toThrow(expect.objectContaining({ code: 'config_invalid' }))
    expect(() => collectSecrets(Config.parse({}), ['xyz'])).toThrow(
      expect.objectContaining({ code: 'request_invalid' }),
    )
  })
})
