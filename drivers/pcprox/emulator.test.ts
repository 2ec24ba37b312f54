import { expect, test } from 'vitest'
import { type HidEmulator, isBridgeError } from 'encoder-bridge/driver'
import { createFakeClock, type FakeClock } from '../../test/support/fake-clock.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { createPcproxEmulator } from './emulator.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const coded = (code: string): unknown =>
  expect.toSatisfy((error) => isBridgeError(error) && error.code === code)

interface Bench {
  readonly emulator: HidEmulator
  readonly clock: FakeClock
  readonly typed: string[]
  set(report: string): void
  get(): string
  ask(report: string): string
}

const startBench = (): Bench => {
  const clock = createFakeClock()
  const emulator = createPcproxEmulator({ clock, realtime: false })
  if (emulator.kind !== 'hid') throw new Error('A pcProx is a HID device.')
  const typed: string[] = []
  emulator.connect((report) => typed.push(formatHex(report)))
  const set = (report: string): void => emulator.setFeature(0, hex(report.padEnd(23, ' 00')))
  const get = (): string => formatHex(emulator.getFeature(0, 8))
  const ask = (report: string): string => {
    set(report)
    return get()
  }
  return { emulator, clock, typed, set, get, ask }
}

/** H10301, facility 159, card 5328, without its two parity bits: the example of protocol.md. */
const badge = { technology: 'unknown', data: hex('9F 14 D0'), bitCount: 24 } as const

test('an empty field reads as zeros', () => {
  const { ask } = startBench()
  expect([ask('8F'), ask('8E')]).toEqual(['0000000000000000', '0000000000000000'])
})

test('the bit count is there only after the card was read', () => {
  const { emulator, ask } = startBench()
  emulator.present(badge)
  expect(ask('8E')).toBe('0000000000000000')
  expect(ask('8F')).toBe('D0149F0000000000')
  expect(ask('8E')).toBe('1818000000000000')
})

test('a badge is readable for the hold time and then gone', async () => {
  const { emulator, clock, ask } = startBench()
  emulator.present(badge)
  await clock.advance(999)
  expect(ask('8F')).toBe('D0149F0000000000')
  await clock.advance(1)
  expect(ask('8F')).toBe('0000000000000000')
})

test('a page is read by a get and written by a second set', () => {
  const { ask, set } = startBench()
  expect(ask('80')).toBe('030511101A002800')
  set('80')
  set('03 05 11 10 1A 00 28 80')
  set('90')
  expect(ask('80')).toBe('030511101A002880')
})

test('a page lives until the power goes, unless it is saved', () => {
  const { emulator, ask, set } = startBench()
  set('81')
  set('00 0A 05 14 01 01 00 00')
  set('90')
  emulator.powerCycle()
  expect(ask('81')).toBe('000A141401010000')
  set('81')
  set('00 0A 05 14 01 01 00 00')
  set('90 02')
  emulator.powerCycle()
  expect(ask('81')).toBe('000A051401010000')
})

test('it types the number and Enter until its keystrokes are halted', () => {
  const { emulator, typed, set } = startBench()
  emulator.present({ technology: 'unknown', data: hex('01 2A'), bitCount: 9 })
  // 298: usages 1F, 26, 25 and Enter, each pressed and released.
  const usages = typed.filter((_, index) => index % 2 === 0).map((report) => report.slice(4, 6))
  expect(usages).toEqual(['1F', '26', '25', '28'])
  expect(new Set(typed.filter((_, index) => index % 2 === 1))).toEqual(new Set(['0000000000000000']))
  typed.length = 0
  set('80')
  set('03 05 11 10 1A 00 28 80')
  set('90')
  emulator.present(badge)
  expect(typed).toEqual([])
})

test('zero is typed as 27', () => {
  const { emulator, typed } = startBench()
  emulator.present({ technology: 'unknown', data: hex('0A') })
  expect(typed.map((report) => report.slice(4, 6))).toEqual(['1E', '00', '27', '00', '28', '00'])
})

test('reports with a number and commands of another size are stalled', () => {
  const { emulator } = startBench()
  expect(() => emulator.setFeature(1, hex('8F 00 00 00 00 00 00 00'))).toThrow(coded('device_fault'))
  expect(() => emulator.setFeature(0, hex('8F'))).toThrow(coded('device_fault'))
  expect(() => emulator.getFeature(1, 8)).toThrow(coded('device_fault'))
})

test('an answer has eight bytes, however many are asked for', () => {
  const { emulator } = startBench()
  expect([emulator.getFeature(0, 64).length, emulator.getFeature(0, 4).length]).toEqual([8, 4])
})

test('the report descriptor ends with a feature report of eight bytes without a number', () => {
  const { emulator } = startBench()
  const descriptor = formatHex(emulator.reportDescriptor)
  expect(descriptor).toContain('75089508B102C0')
  // 85 is the item Report ID (HID 1.11, 6.2.2.7); none of the data bytes of this descriptor is 85.
  expect(descriptor.match(/../g)).not.toContain('85')
})

test('it misbehaves as often as it is told', () => {
  const { emulator, ask, set } = startBench()
  emulator.inject({ fault: 'stall' })
  expect(() => set('8F')).toThrow(coded('device_fault'))
  emulator.inject({ fault: 'foreignInfo' })
  expect([ask('8A'), ask('8A')]).toEqual(['0000000000000000', '0000300700010B00'])
  emulator.inject({ fault: 'unreadable' })
  emulator.present(badge)
  expect([ask('8F'), ask('8E')]).toEqual(['D0149F0000000000', '1819000000000000'])
  emulator.present(badge)
  expect([ask('8F'), ask('8E')]).toEqual(['D0149F0000000000', '1818000000000000'])
  expect(() => emulator.inject({ fault: 'explode' })).toThrow(coded('request_invalid'))
})

test('it reads badges only, and is no field for cards', () => {
  const { emulator } = startBench()
  expect(() => emulator.present({ technology: 'barcode', data: hex('31') })).toThrow(coded('not_supported'))
  expect(() => emulator.present({ technology: 'unknown', data: new Uint8Array(9) })).toThrow(
    coded('not_supported'),
  )
  expect(() => emulator.placeCard({ type: 'em4100', uid: '0123456789' })).toThrow(coded('not_supported'))
})
