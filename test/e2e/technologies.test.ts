import { describe, expect, test } from 'vitest'
import { startCommand } from '../support/command.ts'
import { testUnless } from '../support/skip.ts'
import { openSite, poll, type Site, type SiteDevice } from '../support/site.ts'

const testOnPty = testUnless(
  process.platform === 'win32' ? 'encoders on PTYs: Windows has no pseudoterminals' : null,
)

/** A session waits for a card as long as the daemon does; the client alone would give up after ten seconds. */
const patiently = { waitForActionAttempt: { timeout: 60_000, pollingInterval: 50 } }

const layouts = [
  {
    name: 'lockers',
    technologies: ['ntag213'],
    content: {
      kind: 'fields',
      page: 8,
      fields: [
        { field: 'constant', encoding: 'hex', at: 0, value: 'CAFE' },
        { field: 'card_number', encoding: 'little-endian', at: 2, sizeBytes: 6 },
      ],
    },
  },
  { name: 'badge', technologies: ['t5577'], content: { kind: 'em4100' } },
]

interface ScanResult {
  readonly acs_credential_on_encoder: { readonly card_number: string } | null
  readonly acs_credential_on_seam: { readonly card_number: string } | null
  readonly warnings: readonly unknown[]
}

const openDesk = async (...devices: readonly SiteDevice[]): Promise<Site> => {
  const site = await openSite({ devices, layouts })
  await site.startDaemon().ready
  return site
}

/** Waits until a session stands in that state, as the daemon tells it. A request of the Seam client is sent when it is executed. */
const reaches = async (site: Site, state: string): Promise<void> => {
  await poll(async () => {
    const answer: unknown = await site.control('/v1/sessions')
    const { sessions } = answer as { readonly sessions: readonly { readonly state: string }[] }
    return sessions.some((session) => session.state === state) ? true : null
  })
}

/** Orders an encode as an integrator does, lays the card down when it is asked for, and gives the number of the card. */
const encode = async (site: Site, encoder: string, placeCard: () => Promise<unknown>): Promise<string> => {
  const acs_encoder_id = await site.encoderId(encoder)
  const access_method_id = await site.newAccessMethod()
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({
    is_encoding_required: true,
    is_issued: false,
  })
  const ordered = site.seam.accessMethods.encode({ access_method_id, acs_encoder_id }, patiently).execute()
  await reaches(site, 'waiting_for_card')
  await placeCard()
  const attempt = await ordered
  expect(attempt).toMatchObject({ status: 'success', action_type: 'ENCODE_CREDENTIAL' })
  expect(await site.seam.accessMethods.get({ access_method_id })).toMatchObject({
    is_encoding_required: false,
    is_issued: true,
  })
  return (attempt.result as unknown as { readonly card_number: string }).card_number
}

const scan = async (site: Site, encoder: string, show?: () => Promise<unknown>): Promise<ScanResult> => {
  const acs_encoder_id = await site.encoderId(encoder)
  const ordered = site.seam.acs.encoders.scanCredential({ acs_encoder_id }, patiently).execute()
  if (show !== undefined) {
    await reaches(site, 'waiting_for_card')
    await show()
  }
  return (await ordered).result as unknown as ScanResult
}

/** The scan of a card that holds what Seam has. */
const inStep = (cardNumber: string) => ({
  acs_credential_on_encoder: { card_number: cardNumber },
  acs_credential_on_seam: { card_number: cardNumber },
  warnings: [],
})

describe('without any port, inside the daemon', () => {
  test.each([
    ['demo', 'ntag213', '04112233445580'],
    ['lockers', 'ntag213', '04112233445580'],
    ['badge', 't5577', '01020304'],
  ])(
    'the layout %s is ordered, encoded on a %s and scanned',
    async (layout, type, uid) => {
      await using site = await openDesk({ driver: 'virtual', name: 'Virtual', layout })
      const card = { encoder: 'Virtual', type, uid }
      const number = await encode(site, 'Virtual', () => site.control('/v1/virtual/cards/place', card))
      expect(await scan(site, 'Virtual')).toMatchObject(inStep(number))
    },
    25_000,
  )

  test('a barcode that is shown to a scanner ends the scan that the hub ordered', async () => {
    await using site = await openDesk({ driver: 'virtual-scanner', name: 'Lobby' })
    const code = { encoder: 'Lobby', technology: 'barcode', text: '4711', symbology: ']Q0' }
    const scanned = await scan(site, 'Lobby', () => site.control('/v1/virtual/present', code))
    expect(scanned.acs_credential_on_encoder).toMatchObject({ card_number: '4711' })
    expect(scanned.acs_credential_on_seam).toBeNull()
  }, 25_000)

  test('whoever watches is told of cards and of reads, and of no number unless it is asked for', async () => {
    await using site = await openDesk(
      { driver: 'virtual', name: 'Virtual' },
      { driver: 'virtual-scanner', name: 'Lobby' },
    )
    const watch = startCommand(['devices', '--watch', '--json', '--data', site.deskDir])
    await watch.ready
    await encode(site, 'Virtual', () =>
      site.control('/v1/virtual/cards/place', { encoder: 'Virtual', type: 'ntag213', uid: '04112233445580' }),
    )
    await site.control('/v1/virtual/present', { encoder: 'Lobby', technology: 'barcode', text: '4711' })
    const told = await poll(async () => {
      const lines = watch.output().trim().split('\n')
      const events = lines.map((line) => JSON.parse(line) as { readonly type: string })
      return events.some(({ type }) => type === 'scanner.read') ? events : null
    })
    await watch.kill()
    expect(told.find(({ type }) => type === 'card.presented')).toMatchObject({
      encoder_name: 'Virtual',
      card_uid: '04112233445580',
      technology: 'ntag213',
    })
    expect(told.find(({ type }) => type === 'scanner.read')).toMatchObject({
      encoder_name: 'Lobby',
      technology: 'barcode',
      size_bytes: 4,
      data: null,
    })
  }, 25_000)
})

describe('over a pseudoterminal of the kernel', () => {
  /** Six bytes from page 8 on, and the constant before them. */
  const lockerBytes = (number: string): string => {
    const bytes = Buffer.alloc(6)
    bytes.writeUIntLE(Number(number), 0, 6)
    return `cafe${bytes.toString('hex')}`
  }
  const page8 = 8 * 4

  testOnPty(
    'a TWN4 writes the fields of a configured layout where it says',
    async () => {
      await using site = await openDesk({ driver: 'twn4', name: 'Elatec', layout: 'lockers', hosted: [] })
      const uid = '04112233445580'
      const number = await encode(site, 'Elatec', () =>
        site.emulator.ask({ do: 'place', type: 'ntag213', uid }),
      )
      const memory = Buffer.from(await site.emulator.memory(uid))
      expect(memory.subarray(page8, page8 + 8).toString('hex')).toBe(lockerBytes(number))
      expect(await scan(site, 'Elatec')).toMatchObject(inStep(number))
    },
    25_000,
  )

  testOnPty(
    'a TWN4 makes an EM4100 of a transponder',
    async () => {
      await using site = await openDesk({ driver: 'twn4', name: 'Elatec', layout: 'badge', hosted: [] })
      const uid = '01020304'
      const number = await encode(site, 'Elatec', () =>
        site.emulator.ask({ do: 'place', type: 't5577', uid }),
      )
      // The configuration of an EM4100 (Proxmark3, doc/T5577_Guide.md).
      expect(
        Buffer.from(await site.emulator.memory(uid))
          .subarray(0, 4)
          .toString('hex'),
      ).toBe('00148040')
      expect(await scan(site, 'Elatec')).toMatchObject(inStep(number))
    },
    25_000,
  )

  testOnPty(
    'a badge that is shown to a serial scanner ends the scan that the hub ordered',
    async () => {
      await using site = await openDesk({ driver: 'serial-scanner', name: 'Lobby', hosted: [] })
      const badge = { do: 'present', technology: 'em4100', data: '0F0368568B' }
      const scanned = await scan(site, 'Lobby', () => site.emulator.ask(badge))
      expect(scanned.acs_credential_on_encoder).toMatchObject({ card_number: String(0x0f0368568b) })
    },
    25_000,
  )

  testOnPty(
    'an MSR605 writes a stripe that is swiped for each step, and reads it back',
    async () => {
      await using site = await openDesk({ driver: 'msr605', name: 'Stripes', hosted: [] })
      const uid = '01020304'
      const number = await encode(site, 'Stripes', () =>
        site.emulator.ask({ do: 'place', type: 'magstripe', uid }),
      )
      const tracks = Buffer.from(await site.emulator.memory(uid))
        .toString()
        .split('\n')
      expect(tracks[1]).toBe(number)
      // Each of the three tracks once.
      expect(await site.emulator.writes(uid)).toEqual([1, 1, 1])
      expect(await scan(site, 'Stripes')).toMatchObject(inStep(number))
    },
    25_000,
  )
})
