import { expect, test } from 'vitest'
import type { KeyListener, Scanner, ScannerRead, Transport } from 'encoder-bridge/driver'
import { connectEmulator } from '../../src/transport/connect-emulator.ts'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import driver from './index.ts'

const openRig = async (
  transportKind: 'hid' | 'keyboard',
  wrap: (transport: Transport) => Transport = (transport) => transport,
) => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime: false, transport: transportKind })
  const transport = connectEmulator(emulator)
  const context = {
    transport: wrap(transport),
    clock,
    wallClock: () => new Date(0),
    options: driver.options.parse({}),
  }
  const device = (await driver.open(context, { signal: new AbortController().signal })) as Scanner
  const reads: ScannerRead[] = []
  const misreads: string[] = []
  device.onRead((read) => reads.push(read))
  device.onMisread((error) => misreads.push(error.code))
  return { clock, emulator, transport, device, reads, misreads }
}
const long = new TextEncoder().encode(
  'https://hotel.example/guest/0123456789/0123456789/0123456789/0123456789',
)

test.each(['hid', 'keyboard'] as const)('a long code over %s is one read', async (kind) => {
  const { clock, emulator, reads } = await openRig(kind)
  emulator.present({ technology: 'barcode', data: long, symbology: ']Q3' })
  await clock.advance(500)
  expect(reads).toEqual([{ technology: 'barcode', data: long, bitCount: null, symbology: ']Q3' }])
})

test('a scan whose last report never comes is told as a misread, and not as half a code', async () => {
  const { clock, emulator, reads, misreads } = await openRig('hid')
  emulator.inject({ fault: 'loseLastReport' })
  emulator.present({ technology: 'barcode', data: long })
  await clock.advance(500)
  expect([reads, misreads]).toEqual([[], ['card_unreadable']])
  emulator.present({ technology: 'barcode', data: long })
  await clock.advance(500)
  expect(reads).toHaveLength(1)
})

test('a text without Enter is a misread when the keys have stopped', async () => {
  const { clock, emulator, reads, misreads } = await openRig('keyboard')
  emulator.inject({ fault: 'noEnter' })
  emulator.present({ technology: 'barcode', data: long })
  await clock.advance(50)
  expect(misreads).toEqual([])
  await clock.advance(100)
  expect([reads, misreads]).toEqual([[], ['card_unreadable']])
})

test('a code with keys lost on the way is a misread, and the next one is read', async () => {
  let lose = (): void => undefined
  const { clock, emulator, reads, misreads } = await openRig('keyboard', (transport) => {
    if (transport.kind !== 'keyboard') throw new Error(transport.kind)
    return {
      ...transport,
      listen: (listener: KeyListener) => {
        lose = () => listener.onGap()
        return transport.listen(listener)
      },
    }
  })
  emulator.inject({ fault: 'noEnter' })
  emulator.present({ technology: 'barcode', data: new TextEncoder().encode('GUEST-') })
  await clock.advance(10)
  lose()
  emulator.present({ technology: 'barcode', data: new TextEncoder().encode('4711') })
  await clock.advance(500)
  expect([reads, misreads]).toEqual([[], ['card_unreadable']])
  lose()
  await clock.advance(500)
  expect(misreads).toHaveLength(2)
  emulator.present({ technology: 'barcode', data: long })
  await clock.advance(500)
  expect(reads.map(({ data }) => data)).toEqual([long])
})

test('it says what it is by its own descriptors', async () => {
  expect((await openRig('hid')).device.info).toEqual({
    model: 'Emulated HID POS scanner',
    firmware: '',
    serialNumber: 'E0001234',
  })
  expect((await openRig('keyboard')).device.info.serialNumber).toBeNull()
})
