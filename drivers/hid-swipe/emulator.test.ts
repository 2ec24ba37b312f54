import { expect, test } from 'vitest'
import { isBridgeError } from 'encoder-bridge/driver'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { createSwipeEmulator } from './emulator.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)
const options = { clock: createFakeClock(), realtime: false }
const stripe = (text: string) => ({ technology: 'magstripe', data: new TextEncoder().encode(text) }) as const

const startBench = (model?: Parameters<typeof createSwipeEmulator>[1]) => {
  const emulator = createSwipeEmulator(options, model)
  const reports: Uint8Array[] = []
  emulator.connect((report) => reports.push(report))
  const ask = (command: string): string => {
    emulator.setFeature(0, hex(command.replaceAll(' ', '').padEnd(48, '0')))
    return formatHex(emulator.getFeature(0, 24)).replace(/(?:00)+$/, '')
  }
  return { emulator, reports, ask }
}

test('a SureSwipe sends one report of 337 bytes for each swipe', () => {
  const { emulator, reports } = startBench()
  emulator.present(stripe('%ABC?\n;12345?\n'))
  const [report = hex('')] = reports
  expect([reports.length, report.length]).toEqual([1, 337])
  expect(formatHex(report.slice(0, 12))).toBe('00000005070000254142433F')
  expect(formatHex(report.slice(117, 124))).toBe('3B31323334353F')
})

test('what lies behind a track’s length is not zero', () => {
  const { emulator, reports } = startBench()
  emulator.present(stripe('%ABC?\n\n'))
  expect(reports[0]?.[12]).not.toBe(0)
  expect(reports[0]?.[336]).not.toBe(0)
})

test('a blank stripe is sent too, with encode type 3', () => {
  const { emulator, reports } = startBench()
  emulator.present(stripe('\n\n'))
  expect(formatHex(reports[0]?.slice(0, 7) ?? hex(''))).toBe('00000000000003')
})

test('a track that is told to be unreadable has its status set and no length', () => {
  const { emulator, reports } = startBench()
  emulator.inject({ fault: 'unreadable', count: 2 })
  emulator.present(stripe('%ABC?\n;12345?\n'))
  emulator.present(stripe('%ABC?\n;12345?\n'))
  expect(reports.map((report) => formatHex(report.slice(0, 6)))).toEqual(['000100050000', '000000050700'])
})

test('it tells its software id and serial number, and refuses every other command', () => {
  const { ask } = startBench()
  expect(ask('00 01 00')).toBe('000B3231303432383132443031')
  expect(ask('00 01 01')).toBe('000B4230313233343536373839')
  expect([ask('00 01 10'), ask('01 02 01 41'), ask('02 00')]).toEqual(['02', '02', '02'])
})

test('it misbehaves as often as it is told', () => {
  const { emulator, reports, ask } = startBench()
  emulator.inject({ fault: 'refuseProperty' })
  emulator.inject({ fault: 'shortReport' })
  expect([ask('00 01 00'), ask('00 01 00')]).toEqual(['01', '000B3231303432383132443031'])
  emulator.inject({ fault: 'noName' })
  expect(ask('00 01 00')).toBe('')
  emulator.present(stripe('%ABC?\n\n'))
  emulator.present(stripe('%ABC?\n\n'))
  expect(reports.map(({ length }) => length)).toEqual([336, 337])
  emulator.inject({ fault: 'stall' })
  expect(() => ask('00 01 00')).toThrow(coded('device_fault'))
  expect(() => emulator.inject({ fault: 'explode' })).toThrow(coded('request_invalid'))
})

test('reports with a number and commands of another size are stalled; an answer has 24 bytes', () => {
  const { emulator } = startBench()
  expect(() => emulator.setFeature(1, new Uint8Array(24))).toThrow(coded('device_fault'))
  expect(() => emulator.setFeature(0, new Uint8Array(23))).toThrow(coded('device_fault'))
  expect(() => emulator.getFeature(1, 24)).toThrow(coded('device_fault'))
  expect([emulator.getFeature(0, 64).length, emulator.getFeature(0, 4).length]).toEqual([24, 4])
})

test('an ID TECH reader sends its tracks as one text, and has no feature reports', () => {
  const { emulator, reports, ask } = startBench('idTech')
  emulator.present(stripe('%ABC?\n;12345?\n'))
  const [report = hex('')] = reports
  expect(report.length).toBe(509)
  expect(formatHex(report.slice(0, 22))).toBe('000000050700000D00254142433F3B31323334353F0D')
  expect(() => ask('00 01 00')).toThrow(coded('device_fault'))
})

test.each([
  ['sureSwipe', 3 * 0x6e + 7],
  ['idTech', 0x1f6 + 7],
] as const)(
  'the report descriptor of %s describes reports without a number, of its size',
  (model, sizeBytes) => {
    const { emulator, reports } = startBench(model)
    emulator.present(stripe('\n\n'))
    expect(reports[0]?.length).toBe(sizeBytes)
    // 85 is the item Report ID (HID 1.11, 6.2.2.7).
    expect(formatHex(emulator.reportDescriptor).match(/../g)).not.toContain('85')
  },
)

test('it reads stripes only, and is no field for cards', () => {
  const { emulator } = startBench()
  expect(() => emulator.present({ technology: 'barcode', data: hex('31') })).toThrow(coded('not_supported'))
  expect(() => emulator.present(stripe('\n\n\n'))).toThrow(coded('not_supported'))
  expect(() => emulator.present(stripe('1'.repeat(111)))).toThrow(coded('not_supported'))
  expect(() => emulator.placeCard({ type: 'magstripe', uid: '01' })).toThrow(coded('not_supported'))
})
