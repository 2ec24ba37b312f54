import { getEventListeners } from 'node:events'
import { expect, onTestFinished, test, vi } from 'vitest'
import { type HidTransport, isBridgeError, type Scanner, type ScannerRead } from 'encoder-bridge/driver'
import { createRig, endingOf, type Rig, type RigOptions } from '../../test/conformance/rig.ts'
import { formatHex } from '../../src/wire/hex.ts'
import driver from './index.ts'
import { createLink } from './link.ts'
import { selectPage } from './protocol.ts'

const hex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const idle = { signal: new AbortController().signal }

/** H10301, facility 159, card 5328, without its two parity bits. */
const badge = { technology: 'unknown', data: hex('9F 14 D0'), bitCount: 24 } as const
const other = { technology: 'unknown', data: hex('9F 14 D1'), bitCount: 24 } as const

interface Desk {
  readonly rig: Rig<'hid'>
  readonly scanner: Scanner
  readonly reads: ScannerRead[]
  readonly misreads: string[]
  /** Feature reports that were sent, in order. */
  readonly sent: string[]
}

const createDeskRig = (sent: string[], options: RigOptions<'hid'> = {}): Promise<Rig<'hid'>> =>
  createRig(driver, {
    transport: 'hid',
    wrap: (hid) => ({
      ...hid,
      sendFeature: (reportId, data) => {
        sent.push(formatHex(data))
        return hid.sendFeature(reportId, data)
      },
    }),
    ...options,
  })

const openDesk = async (): Promise<Desk> => {
  const sent: string[] = []
  const rig = await createDeskRig(sent)
  const scanner = await rig.openScanner()
  const reads: ScannerRead[] = []
  const misreads: string[] = []
  scanner.onRead((read) => reads.push(read))
  scanner.onMisread((error) => misreads.push(`${error.code} ${error.message}`))
  return { rig, scanner, reads, misreads, sent }
}

/** Listeners, calls and timers: all zero when the driver has cleaned up after itself. */
const leftovers = ({ memory, clock }: Rig<'hid'>): readonly number[] => [
  memory.listenerCount,
  memory.pendingWrites,
  clock.pendingTimers,
]

const pageOf = ({ emulator }: Rig<'hid'>, page: number): string => {
  emulator.setFeature(0, Uint8Array.of(0x80 | page, 0, 0, 0, 0, 0, 0, 0))
  return formatHex(emulator.getFeature(0, 8))
}

test('it says what it opened', async () => {
  const { scanner } = await openDesk()
  expect(scanner.info).toEqual({ model: 'pcProx, type 0B01', firmware: '07.3.0', serialNumber: null })
})

test('a badge is told once, however long it is readable', async () => {
  const { rig, reads, misreads } = await openDesk()
  rig.emulator.present(badge)
  await rig.clock.advance(5000)
  expect(reads).toEqual([{ technology: 'unknown', data: hex('9F 14 D0'), bitCount: 24, symbology: null }])
  expect(misreads).toEqual([])
})

test('the same badge counts again when it was gone, another one at once', async () => {
  const { rig, reads } = await openDesk()
  rig.emulator.present(badge)
  await rig.clock.advance(2000)
  rig.emulator.present(badge)
  await rig.clock.advance(150)
  rig.emulator.present(other)
  await rig.clock.advance(150)
  expect(reads.map(({ data }) => formatHex(data))).toEqual(['9F14D0', '9F14D0', '9F14D1'])
})

test('a badge is noticed within a quarter of a second', async () => {
  const { rig, reads } = await openDesk()
  rig.emulator.present(badge)
  await rig.clock.advance(250)
  expect(reads.length).toBe(1)
})

test('an exchange leaves nothing behind in a signal that outlives it', async () => {
  const { clock, memory } = await createRig(driver, { transport: 'hid' })
  const { signal } = new AbortController()
  const any = vi.spyOn(AbortSignal, 'any')
  onTestFinished(() => any.mockRestore())
  const answer = await clock.drive(createLink(memory, clock).ask(selectPage(0), { signal }))
  expect(answer).toHaveLength(8)
  expect(getEventListeners(signal, 'abort')).toEqual([])
  expect(any).not.toHaveBeenCalled()
})

test('a reader that holds a badge for an instant only is made to hold it, so that none is missed', async () => {
  const sent: string[] = []
  const rig = await createDeskRig(sent)
  rig.emulator.setFeature(0, hex('81 00 00 00 00 00 00 00'))
  rig.emulator.setFeature(0, hex('00 0A 01 14 01 01 00 00'))
  const scanner = await rig.openScanner()
  const reads: ScannerRead[] = []
  scanner.onRead((read) => reads.push(read))
  for (const phaseMs of [0, 20, 40, 60, 80]) {
    await rig.clock.advance(1000 + phaseMs)
    rig.emulator.present(badge)
  }
  await rig.clock.advance(1000)
  expect(reads.length).toBe(5)
  await rig.clock.drive(scanner.close())
  expect(pageOf(rig, 1)).toBe('000A011401010000')
})

test('a badge whose bit count is unsound is a misread, and told once', async () => {
  const { rig, reads, misreads } = await openDesk()
  rig.emulator.inject({ fault: 'unreadable' })
  rig.emulator.present(badge)
  await rig.clock.advance(900)
  expect(reads).toEqual([])
  expect(misreads.length).toBe(1)
  expect(misreads[0]).toMatch(/^card_unreadable .*how many bits/)
  expect(misreads[0]).not.toContain('14D0')
})

test('an observer that was stopped hears nothing more', async () => {
  const { rig, scanner } = await openDesk()
  const heard: unknown[] = []
  const stops = [scanner.onRead((read) => heard.push(read)), scanner.onMisread((error) => heard.push(error))]
  for (const stop of stops) stop()
  rig.emulator.present(badge)
  await rig.clock.advance(500)
  expect(heard).toEqual([])
})

test('while it is open the reader does not type; afterwards it is as it was found', async () => {
  const { rig, scanner } = await openDesk()
  const before = ['030511101A002800', '000A141401010000', '0000000000000000']
  expect(pageOf(rig, 0)).toBe('030511101A002880')
  await rig.clock.drive(scanner.close())
  expect([0, 1, 2].map((page) => pageOf(rig, page))).toEqual(before)
})

test('nothing is ever kept in the EEPROM of the reader', async () => {
  const { rig, scanner, sent } = await openDesk()
  await rig.clock.drive(scanner.indicate?.('success', idle) ?? Promise.resolve())
  await rig.clock.drive(scanner.close())
  const finishes = sent.filter((report) => report.startsWith('90'))
  expect(finishes.length).toBeGreaterThan(0)
  expect(new Set(finishes)).toEqual(new Set(['9000000000000000']))
})

test.each([
  ['success', ['0202', '0202', '0202', '0202']],
  ['failure', ['0102', '0102', '0102', '0102']],
  ['identify', ['0102', '0202', '0102', '0202']],
] as const)(
  'it shows %s for a second, and then the lights are the reader’s own again',
  async (what, shown) => {
    const { rig, scanner, sent } = await openDesk()
    sent.length = 0
    const startedAtMs = rig.clock.now()
    await rig.clock.drive(scanner.indicate?.(what, idle) ?? Promise.resolve())
    expect(rig.clock.now() - startedAtMs).toBeGreaterThanOrEqual(1000)
    expect(rig.clock.now() - startedAtMs).toBeLessThan(1200)
    const pages = sent.flatMap((report, index) =>
      report.startsWith('82') ? [sent[index + 1]?.slice(0, 4)] : [],
    )
    expect(pages).toEqual([...shown, '0000'])
  },
)

test('badges are read while it shows something', async () => {
  const { rig, scanner, reads } = await openDesk()
  const showing = scanner.indicate?.('identify', idle) ?? Promise.resolve()
  rig.emulator.present(badge)
  await rig.clock.drive(showing)
  expect(reads.length).toBe(1)
})

test('an abort ends the show and gives the lights back', async () => {
  const { rig, scanner } = await openDesk()
  const abort = new AbortController()
  const showing = endingOf(scanner.indicate?.('failure', { signal: abort.signal }) ?? Promise.resolve())
  await rig.clock.advance(300)
  abort.abort()
  expect(await rig.clock.drive(showing)).toBe('aborted')
  expect(pageOf(rig, 2)).toBe('0000000000000000')
  expect(await endingOf(rig.clock.drive(scanner.probe(idle)))).toBe('done')
})

test('a call whose signal has fired already sends nothing', async () => {
  const { rig, scanner, sent } = await openDesk()
  await rig.clock.advance(50)
  sent.length = 0
  const aborted = { signal: AbortSignal.abort() }
  expect(await endingOf(scanner.indicate?.('identify', aborted) ?? Promise.resolve())).toBe('aborted')
  expect(await endingOf(scanner.probe(aborted))).toBe('aborted')
  expect(sent).toEqual([])
})

test('a badge whose last answer comes when the scanner is being closed is not told', async () => {
  let asked = ''
  let beforeLastAnswer = (): void => undefined
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({
      ...hid,
      sendFeature: (reportId, data) => {
        asked = formatHex(data.slice(0, 1))
        return hid.sendFeature(reportId, data)
      },
      getFeature: async (reportId, sizeBytes) => {
        const answer = await hid.getFeature(reportId, sizeBytes)
        if (asked === '8E') beforeLastAnswer()
        return answer
      },
    }),
  })
  const scanner = await rig.openScanner()
  const reads: ScannerRead[] = []
  scanner.onRead((read) => reads.push(read))
  const closed = new Promise<void>((resolve) => {
    beforeLastAnswer = () => resolve(scanner.close())
  })
  rig.emulator.present(badge)
  await rig.clock.drive(closed)
  expect(reads).toEqual([])
})

test('the reader is left alone for a millisecond after each command', async () => {
  const transfers: { readonly kind: string; readonly atMs: number }[] = []
  const rig: Rig<'hid'> = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({
      ...hid,
      sendFeature: (reportId, data) => {
        transfers.push({ kind: 'set', atMs: rig.clock.now() })
        return hid.sendFeature(reportId, data)
      },
      getFeature: (reportId, sizeBytes) => {
        transfers.push({ kind: 'get', atMs: rig.clock.now() })
        return hid.getFeature(reportId, sizeBytes)
      },
    }),
  })
  await rig.openScanner()
  const hurried = transfers.filter(
    ({ kind, atMs }, index) => kind === 'set' && (transfers[index + 1]?.atMs ?? Infinity) < atMs + 1,
  )
  expect(transfers.length).toBeGreaterThan(10)
  expect(hurried).toEqual([])
})

test('a second call while one runs is refused, and does not disturb it', async () => {
  const { rig, scanner } = await openDesk()
  const showing = endingOf(scanner.indicate?.('success', idle) ?? Promise.resolve())
  await rig.clock.advance(100)
  expect(await endingOf(scanner.probe(idle))).toBe('device_busy')
  expect(await rig.clock.drive(showing)).toBe('done')
})

test('closing ends a call under way, leaves nothing behind and refuses later calls', async () => {
  const { rig, scanner } = await openDesk()
  const showing = endingOf(scanner.indicate?.('success', idle) ?? Promise.resolve())
  await rig.clock.advance(100)
  await rig.clock.drive(Promise.all([scanner.close(), scanner.close()]))
  expect(await showing).toBe('device_closed')
  expect(pageOf(rig, 2)).toBe('0000000000000000')
  expect(await endingOf(scanner.probe(idle))).toBe('device_closed')
  expect(leftovers(rig)).toEqual([0, 0, 0])
  expect(rig.isClosed).toBe(true)
})

test('a loss is told once, ends the polling, and closing still works', async () => {
  const { rig, scanner } = await openDesk()
  const losses: string[] = []
  scanner.onLost((error) => losses.push(error.code))
  rig.memory.unplug()
  await rig.clock.advance(1000)
  expect(losses).toEqual(['device_lost'])
  scanner.onLost((error) => losses.push(`late ${error.code}`))
  expect(losses).toEqual(['device_lost', 'late device_lost'])
  expect(rig.clock.pendingTimers).toBe(0)
  expect(await endingOf(scanner.probe(idle))).toBe('device_lost')
  await rig.clock.drive(scanner.close())
  expect(await endingOf(scanner.probe(idle))).toBe('device_closed')
  expect(leftovers(rig)).toEqual([0, 0, 0])
})

test('a look that fails is followed by others', async () => {
  const { rig, reads } = await openDesk()
  rig.emulator.inject({ fault: 'stall', count: 3 })
  rig.emulator.present(badge)
  await rig.clock.advance(900)
  expect(reads.length).toBe(1)
})

test('a probe tells when the reader refuses reports', async () => {
  const { rig, scanner } = await openDesk()
  // Between two looks.
  await rig.clock.advance(50)
  rig.emulator.inject({ fault: 'stall' })
  expect(await endingOf(rig.clock.drive(scanner.probe(idle)))).toBe('device_fault')
  expect(await endingOf(rig.clock.drive(scanner.probe(idle)))).toBe('done')
})

test('another device is refused before a byte is written to it', async () => {
  const sent: string[] = []
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({
      ...hid,
      facts: { ...hid.facts, productId: 0x3bfb },
      sendFeature: async (_, data) => {
        sent.push(formatHex(data))
      },
    }),
  })
  expect(await endingOf(rig.openScanner())).toBe('device_mismatch')
  expect([sent, rig.isClosed, leftovers(rig)]).toEqual([[], true, [0, 0, 0]])
})

test('a device that does not say what it is is refused, and nothing of it was changed', async () => {
  const sent: string[] = []
  const rig = await createDeskRig(sent)
  rig.emulator.inject({ fault: 'foreignInfo' })
  expect(await endingOf(rig.openScanner())).toBe('device_mismatch')
  expect([sent, rig.isClosed]).toEqual([['8A00000000000000'], true])
})

test('a device that refuses the reports of a pcProx is none', async () => {
  const rig = await createDeskRig([])
  rig.emulator.inject({ fault: 'stall' })
  expect(await endingOf(rig.openScanner())).toBe('device_mismatch')
  expect(rig.isClosed).toBe(true)
})

test('an opening that fails after the reader was changed puts it back', async () => {
  const sent: string[] = []
  const abort = new AbortController()
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({
      ...hid,
      sendFeature: async (reportId, data) => {
        await hid.sendFeature(reportId, data)
        sent.push(formatHex(data))
        if (data[7] === 0x80) abort.abort()
      },
    }),
  })
  const opening = rig.openScanner(abort.signal)
  await expect(opening).rejects.toSatisfy((error) => isBridgeError(error, 'aborted'))
  expect(sent).toContain('030511101A002880')
  expect(pageOf(rig, 0)).toBe('030511101A002800')
  expect([rig.isClosed, leftovers(rig)]).toEqual([true, [0, 0, 0]])
})

test.each([
  ['takes no report', { sendFeature: () => new Promise<never>(() => undefined) }],
  ['gives no report', { getFeature: () => new Promise<never>(() => undefined) }],
])('a reader that %s is unresponsive', async (_, dead) => {
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({ ...hid, ...dead }),
  })
  expect(await endingOf(rig.openScanner())).toBe('device_unresponsive')
  expect([rig.isClosed, leftovers(rig)]).toEqual([true, [0, 0, 0]])
})

test('an answer that is too short is no answer', async () => {
  const rig = await createRig(driver, {
    transport: 'hid',
    wrap: (hid): HidTransport => ({
      ...hid,
      getFeature: async (reportId, sizeBytes) => (await hid.getFeature(reportId, sizeBytes)).slice(0, 7),
    }),
  })
  expect(await endingOf(rig.openScanner())).toBe('protocol_error')
})
