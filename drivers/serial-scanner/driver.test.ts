import { expect, test } from 'vitest'
import type { Scanner, ScannerRead } from 'encoder-bridge/driver'
import { connectEmulator } from '../../src/transport/connect-emulator.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import driver from './index.ts'

const openRig = async (options: unknown = {}) => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime: false })
  const transport = connectEmulator(emulator)
  const context = { transport, clock, wallClock: () => new Date(0), options: driver.options.parse(options) }
  const device = (await driver.open(context, { signal: new AbortController().signal })) as Scanner
  const reads: ScannerRead[] = []
  const misreads: string[] = []
  device.onRead((read) => reads.push(read))
  device.onMisread((error) => misreads.push(error.code))
  return { clock, emulator, transport, device, reads, misreads }
}
const text = (value: string): Uint8Array => new TextEncoder().encode(value)
const numbers = (reads: readonly ScannerRead[]): readonly string[] =>
  reads.map(({ data }) => Buffer.from(data).toString('latin1'))

test('the same code again at once is the same presentation, and later it is another one', async () => {
  const { clock, emulator, reads } = await openRig()
  for (let time = 0; time < 3; time += 1) {
    emulator.present({ technology: 'barcode', data: text('4711') })
    await clock.advance(300)
  }
  expect(numbers(reads)).toEqual(['4711'])
  emulator.present({ technology: 'barcode', data: text('4712') })
  await clock.advance(1000)
  emulator.present({ technology: 'barcode', data: text('4712') })
  await clock.advance(100)
  expect(numbers(reads)).toEqual(['4711', '4712', '4712'])
})

test('a badge that stays is one read, and one that comes back another', async () => {
  const { clock, emulator, reads } = await openRig()
  const data = Uint8Array.of(1, 0, 0x63, 0xe9, 0xae)
  emulator.inject({ fault: 'repeat', count: 40 })
  emulator.present({ technology: 'em4100', data })
  await clock.advance(2100)
  expect(reads).toEqual([{ technology: 'em4100', data, bitCount: null, symbology: null }])
  await clock.advance(300)
  emulator.present({ technology: 'em4100', data })
  await clock.advance(100)
  expect(reads).toHaveLength(2)
})

test('a text without a line end is a misread, and not half a code', async () => {
  const { clock, emulator, reads, misreads } = await openRig()
  emulator.inject({ fault: 'noTerminator' })
  emulator.present({ technology: 'barcode', data: text('4711') })
  await clock.advance(100)
  expect([reads, misreads]).toEqual([[], ['card_unreadable']])
})

test('a scanner that sends no line end is told to end by silence', async () => {
  const { clock, emulator, reads } = await openRig({ end: 'silence' })
  emulator.inject({ fault: 'noTerminator' })
  emulator.present({ technology: 'barcode', data: text('4711') })
  await clock.advance(50)
  expect(reads).toEqual([])
  await clock.advance(50)
  expect(numbers(reads)).toEqual(['4711'])
})

test('what could not be read is told as that', async () => {
  const { clock, emulator, reads, misreads } = await openRig()
  emulator.inject({ fault: 'unreadable' })
  emulator.present({ technology: 'em4100', data: Uint8Array.of(1, 2, 3, 4, 5) })
  await clock.advance(100)
  expect([reads, misreads]).toEqual([[], ['card_unreadable']])
})

test('at another speed than the scanner’s nothing of sense is read', async () => {
  const { clock, emulator, reads } = await openRig({ baudRate: 115_200, content: 'em4100' })
  emulator.present({ technology: 'em4100', data: Uint8Array.of(1, 2, 3, 4, 5) })
  await clock.advance(200)
  expect(reads).toEqual([])
})
