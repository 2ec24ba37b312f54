import { expect, test } from 'vitest'
import { BridgeError } from 'encoder-bridge/driver'
import { endingOf } from '../../test/conformance/rig.ts'
import { classic, createReader, idle, openDesk } from '../../test/support/pcsc-desk.ts'

/** A system that lets no command to the reader itself through. */
const refusing = {
  escape: async (): Promise<Uint8Array> => {
    await Promise.resolve()
    throw new BridgeError('not_supported', 'The system refuses it.')
  },
}

test.each([
  ['identify', 'FF0040F00402020301'],
  ['success', 'FF0040A00401040201'],
  ['failure', 'FF0040500404010201'],
] as const)('an ACR122U shows %s by one command, without a card', async (what, command) => {
  const { clock, open, sent } = await createReader({ realtime: true })
  const device = await open()
  sent.length = 0
  const startMs = clock.now()
  await clock.drive(device.indicate?.(what, idle) ?? Promise.reject(new Error('It has no indicators.')))
  expect(sent).toEqual([`escape ${command}`])
  expect(clock.now() - startMs).toBeGreaterThanOrEqual(1000)
  expect(clock.now() - startMs).toBeLessThanOrEqual(1250)
})

test.each([
  ['identify', '03', '14'],
  ['success', '02', '0A'],
  ['failure', '01', '3C'],
] as const)('an ACR1252U shows %s by light and sound, and is dark afterwards', async (what, light, sound) => {
  const { clock, open, sent } = await createReader({ model: 'acr1252u' })
  const device = await open()
  sent.length = 0
  const startMs = clock.now()
  expect(await endingOf(clock.drive(device.indicate?.(what, idle) ?? Promise.resolve()))).toBe('done')
  expect(sent).toEqual([`escape E000002901${light}`, `escape E000002801${sound}`, 'escape E00000290100'])
  expect(clock.now() - startMs).toBe(900)
})

test('the light of an ACR1252U goes out too when the work is given up', async () => {
  const { clock, open, sent } = await createReader({ model: 'acr1252u' })
  const device = await open()
  const abort = new AbortController()
  const showing = endingOf(device.indicate?.('success', { signal: abort.signal }) ?? Promise.resolve())
  await clock.advance(100)
  abort.abort()
  expect(await clock.drive(showing)).toBe('aborted')
  expect(sent.at(-1)).toBe('escape E00000290100')
})

test.each(['acr122u', 'acr1252u'] as const)(
  'where the system lets no escape command through, an %s is told by way of a card',
  async (model) => {
    const { clock, device, sent } = await openDesk({ model, wrap: (reader) => ({ ...reader, ...refusing }) })
    await clock.drive(device.indicate?.('success', idle) ?? Promise.resolve())
    expect(sent.filter((call) => !call.startsWith('escape'))).toEqual(['FF0040A00401040201'])
    await clock.drive(device.release(idle))
    sent.length = 0
    await clock.drive(device.indicate?.('success', idle) ?? Promise.resolve())
    expect(sent.slice(-3)).toEqual(['connect', 'FF0040A00401040201', 'leave'])
  },
)

test('without a right to escape and without a card it says that it showed nothing', async () => {
  const { clock, open } = await createReader({ wrap: (reader) => ({ ...reader, ...refusing }) })
  const device = await open()
  expect(await endingOf(clock.drive(device.indicate?.('success', idle) ?? Promise.resolve()))).toBe(
    'not_supported',
  )
})

test('a reader whose signals nobody knows says so', async () => {
  const { clock, open } = await createReader({ model: 'omnikey5022', card: classic })
  const device = await open()
  expect(await endingOf(clock.drive(device.indicate?.('success', idle) ?? Promise.resolve()))).toBe(
    'not_supported',
  )
})

test.each([
  ['acr122u', { model: 'ACS ACR122U', firmware: 'ACR122U201', serialNumber: null }],
  ['acr1252u', { model: 'ACS ACR1252U, ACR1552U', firmware: 'ACR1252U_V202.2', serialNumber: null }],
  ['acr1281u', { model: 'ACS ACR128, ACR1281U', firmware: 'unknown', serialNumber: 'RDR000123' }],
  ['omnikey5022', { model: 'HID OMNIKEY', firmware: 'unknown', serialNumber: 'OKCM0012301' }],
] as const)('an %s says of itself what it can', async (model, info) => {
  const { open } = await createReader({ model })
  expect((await open()).info).toEqual(info)
})

test('a reader that may not be asked for its firmware is opened all the same', async () => {
  const { open } = await createReader({ wrap: (reader) => ({ ...reader, ...refusing }) })
  expect((await open()).info.firmware).toBe('unknown')
})
