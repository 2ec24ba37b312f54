import { expect, test } from 'vitest'
import type { Driver, HidFacts, HidTransport, Scanner, ScannerRead } from 'encoder-bridge/driver'
import { createRig, endingOf, type Rig, type RigOptions, textOf } from '../../test/conformance/rig.ts'
import { formatHex } from '../../src/wire/hex.ts'
import { createSwipeEmulator } from './emulator.ts'
import driver from './index.ts'
import { askProperty } from './properties.ts'

const idle = { signal: new AbortController().signal }
const idTechDriver: Driver = { ...driver, emulate: async (options) => createSwipeEmulator(options, 'idTech') }

const stripe = (text: string) => ({ technology: 'magstripe', data: new TextEncoder().encode(text) }) as const
const textsOf = (reads: readonly ScannerRead[]): readonly string[] =>
  reads.map(({ data }) => new TextDecoder().decode(data))

interface Desk {
  readonly rig: Rig<'hid'>
  readonly scanner: Scanner
  readonly reads: ScannerRead[]
  /** All that misreads said, their causes included. */
  readonly misreads: string[]
}

const openDesk = async (which = driver as Driver, options: RigOptions<'hid'> = {}): Promise<Desk> => {
  const rig = await createRig(which, { ...options, transport: 'hid' })
  const scanner = await rig.openScanner()
  const reads: ScannerRead[] = []
  const misreads: string[] = []
  scanner.onRead((read) => reads.push(read))
  scanner.onMisread((error) => misreads.push(`${error.code} ${textOf(error)}`))
  return { rig, scanner, reads, misreads }
}

/** Listeners, calls and timers: all zero when the driver has cleaned up after itself. */
const leftovers = ({ memory, clock }: Rig<'hid'>): readonly number[] => [
  memory.listenerCount,
  memory.pendingWrites,
  clock.pendingTimers,
]

test('a MagTek reader tells its software id and serial number', async () => {
  const { scanner } = await openDesk()
  expect(scanner.info).toEqual({
    model: 'USB Swipe Reader',
    firmware: '21042812D01',
    serialNumber: 'B0123456789',
  })
})

test('a MagTek reader that does not know its serial number has none', async () => {
  const { scanner } = await openDesk(driver, {
    wrap: (hid): HidTransport => ({
      ...hid,
      // Property 7F is one that no reader has.
      sendFeature: (reportId, data) => hid.sendFeature(reportId, data[2] === 1 ? data.with(2, 0x7f) : data),
    }),
  })
  expect(scanner.info.serialNumber).toBeNull()
})

test('an ID TECH reader is asked for nothing', async () => {
  const { rig, scanner } = await openDesk(idTechDriver)
  expect(scanner.info).toEqual({ model: 'ID TECH swipe reader', firmware: '', serialNumber: null })
  expect(await endingOf(scanner.probe(idle))).toBe('done')
  expect(await endingOf(scanner.probe({ signal: AbortSignal.abort() }))).toBe('aborted')
  expect(rig.memory.messagesCrossed).toBe(0)
})

test.each([
  ['a MagTek reader', driver as Driver],
  ['an ID TECH reader', idTechDriver],
])('a swipe through %s is one read of three tracks', async (_, which) => {
  const { rig, reads, misreads } = await openDesk(which)
  rig.emulator.present(stripe('%ROOM 101?\n;12345?\n;9=1?'))
  rig.emulator.present(stripe('\n;777?\n'))
  await rig.clock.advance(10)
  expect(textsOf(reads)).toEqual(['%ROOM 101?\n;12345?\n;9=1?', '\n;777?\n'])
  expect(reads.map(({ technology, bitCount, symbology }) => [technology, bitCount, symbology])).toEqual([
    ['magstripe', null, null],
    ['magstripe', null, null],
  ])
  expect(misreads).toEqual([])
})

test('a swipe with an unreadable track is a misread that names it, and the other tracks are not told', async () => {
  const { rig, reads, misreads } = await openDesk()
  rig.emulator.inject({ fault: 'unreadable', count: 2 })
  rig.emulator.present(stripe('%SECRET?\n;12345?\n'))
  await rig.clock.advance(10)
  expect(reads).toEqual([])
  expect(misreads.length).toBe(1)
  expect(misreads[0]).toMatch(/^card_unreadable .*track 2/)
  expect(misreads[0]).not.toContain('SECRET')
})

test.each([
  ['a MagTek reader', driver as Driver],
  ['an ID TECH reader', idTechDriver],
])('a payment card in %s is told as that, and nothing of its number', async (_, which) => {
  const { rig, reads, misreads } = await openDesk(which)
  rig.emulator.present(stripe('%B4111111111111111^DOE/JANE^2912101?\n;4111111111111111=2912101?\n'))
  await rig.clock.advance(10)
  expect(reads).toEqual([])
  expect(misreads.length).toBe(1)
  expect(misreads[0]).toMatch(/^card_unreadable .*payment card/)
  expect(misreads[0]).not.toMatch(/4111|DOE/)
})

test('a report that is cut off is a misread, and the next swipe is read', async () => {
  const { rig, reads, misreads } = await openDesk()
  rig.emulator.inject({ fault: 'shortReport' })
  rig.emulator.present(stripe('%A?\n\n'))
  rig.emulator.present(stripe('%B?\n\n'))
  await rig.clock.advance(10)
  expect([misreads.length, textsOf(reads)]).toEqual([1, ['%B?\n\n']])
})

test('an observer that was stopped hears nothing more', async () => {
  const { rig, scanner } = await openDesk()
  const heard: unknown[] = []
  const stops = [scanner.onRead((read) => heard.push(read)), scanner.onMisread((error) => heard.push(error))]
  for (const stop of stops) stop()
  rig.emulator.present(stripe('%A?\n\n'))
  rig.emulator.present(stripe('\n\n'))
  await rig.clock.advance(10)
  expect(heard).toEqual([])
})

test('a probe of a MagTek reader asks it something, one at a time', async () => {
  const { rig, scanner } = await openDesk()
  const before = rig.memory.messagesCrossed
  const first = endingOf(scanner.probe(idle))
  expect(await endingOf(scanner.probe(idle))).toBe('device_busy')
  expect(await rig.clock.drive(first)).toBe('done')
  expect(rig.memory.messagesCrossed).toBeGreaterThan(before)
  rig.emulator.inject({ fault: 'stall' })
  expect(await endingOf(scanner.probe(idle))).toBe('device_fault')
  expect(await endingOf(scanner.probe({ signal: AbortSignal.abort() }))).toBe('aborted')
})

test('it is closed once, however often it is asked to', async () => {
  let closings = 0
  const { scanner } = await openDesk(driver, {
    wrap: (hid): HidTransport => ({
      ...hid,
      close: () => {
        closings += 1
        return hid.close()
      },
    }),
  })
  await Promise.all([scanner.close(), scanner.close()])
  await scanner.close()
  expect(closings).toBe(1)
})

test('a question that was aborted before is not asked', async () => {
  const { clock, memory } = await createRig(driver, { transport: 'hid' })
  const asking = askProperty(memory, clock, 'serialNumber', { signal: AbortSignal.abort() })
  expect(await endingOf(asking)).toBe('aborted')
  expect([memory.messagesCrossed, clock.pendingTimers]).toEqual([0, 0])
})

test('a loss is told once, also to who asks late, and closing still works', async () => {
  const { rig, scanner } = await openDesk()
  const losses: string[] = []
  scanner.onLost((error) => losses.push(error.code))
  rig.memory.unplug()
  await rig.clock.advance(10)
  scanner.onLost((error) => losses.push(`late ${error.code}`))
  expect(losses).toEqual(['device_lost', 'late device_lost'])
  expect(await endingOf(scanner.probe(idle))).toBe('device_lost')
  await Promise.all([scanner.close(), scanner.close()])
  expect(await endingOf(scanner.probe(idle))).toBe('device_closed')
  expect([rig.isClosed, leftovers(rig)]).toEqual([true, [0, 0, 0]])
})

test.each([
  ['closed', 'device_closed', ({ scanner }: Desk) => scanner.close()],
  ['unplugged', 'device_lost', async ({ rig }: Desk) => rig.memory.unplug()],
])('a probe that is not answered ends when the reader is %s', async (_, code, act) => {
  let isDead = false
  const desk = await openDesk(driver, {
    wrap: (hid): HidTransport => ({
      ...hid,
      getFeature: (reportId, sizeBytes) =>
        isDead ? new Promise<never>(() => undefined) : hid.getFeature(reportId, sizeBytes),
    }),
  })
  isDead = true
  const probing = endingOf(desk.scanner.probe(idle))
  await desk.rig.clock.advance(100)
  await act(desk)
  expect(await probing).toBe(code)
  expect(desk.rig.clock.pendingTimers).toBe(0)
})

test.each<[string, Partial<HidFacts>]>([
  ['an MSR605X, which bears MagTek’s 0801:0003', { productId: 0x0003 }],
  ['a MagneSafe reader, which encrypts', { productId: 0x0011 }],
  ['a SureSwipe that types', { usagePage: 0x01, usage: 0x06 }],
  ['an ID TECH reader that types', { vendorId: 0x0acd, productId: 0x2030, usagePage: 0x01, usage: 0x06 }],
  ['a mouse', { vendorId: 0x046d, productId: 0xc077, usagePage: 0x01, usage: 0x02 }],
])('%s is refused before a byte is written to it', async (_, facts) => {
  const sent: string[] = []
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({
      ...hid,
      facts: { ...hid.facts, ...facts },
      sendFeature: async (__, data) => {
        sent.push(formatHex(data))
      },
    }),
  })
  expect(await endingOf(rig.openScanner())).toBe('device_mismatch')
  expect([sent, rig.isClosed, leftovers(rig)]).toEqual([[], true, [0, 0, 0]])
})

test.each([
  ['refuses reports', 'stall'],
  ['refuses to tell its software id', 'refuseProperty'],
  ['has no software id', 'noName'],
])('a device that %s is no MagTek reader', async (_, fault) => {
  const rig = await createRig(driver, { transport: 'hid' })
  rig.emulator.inject({ fault })
  expect(await endingOf(rig.openScanner())).toBe('device_mismatch')
  expect([rig.isClosed, leftovers(rig)]).toEqual([true, [0, 0, 0]])
})

test('a reader that gives no report is unresponsive', async () => {
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({ ...hid, getFeature: () => new Promise<never>(() => undefined) }),
  })
  expect(await endingOf(rig.openScanner())).toBe('device_unresponsive')
  expect([rig.isClosed, leftovers(rig)]).toEqual([true, [0, 0, 0]])
})
