import { BridgeError, type Emulator, type EmulatorOptions } from 'encoder-bridge/driver'
import { keystrokesOf } from './emulator-keyboard.ts'
import { factoryPages, reportDescriptor } from './emulator-tables.ts'

const FAULTS = ['stall', 'unreadable', 'foreignInfo'] as const
type Fault = (typeof FAULTS)[number]

const REPORT_BYTES = 8
const BLANK = new Uint8Array(REPORT_BYTES)

const stall = (): never => {
  throw new BridgeError('device_fault', 'The feature report is stalled.')
}

const noField = (): never => {
  throw new BridgeError('not_supported', 'A scanner is shown things with `present`; it has no field.')
}

/**
 * Makes an RDR-6081AKU with firmware 07.3.0, written from protocol.md of micolous/pcprox. It types what it reads unless its
 * keystrokes are halted; `present` shows it a badge that is readable for the hold time of page 1 and leaves at once.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `stall`: a feature report is refused, in either direction
 * - `unreadable`: the two bit counts of the next badge differ
 * - `foreignInfo`: the device info is answered by zeros
 */
export const createPcproxEmulator = ({ clock }: EmulatorOptions): Emulator => {
  const faults = new Map<Fault, number>()
  let memory: readonly Uint8Array[] = factoryPages
  let pages = memory.map((page) => page.slice())
  let command = 0
  let isPageSelected = false
  let badge: { readonly bits: Uint8Array; readonly count: Uint8Array; readonly untilMs: number } | undefined
  let countBuffer: Uint8Array = BLANK
  let send: ((report: Uint8Array) => void) | undefined

  const take = (fault: Fault): boolean => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }

  const checkTransfer = (reportId: number): void => {
    if (reportId !== 0 || take('stall')) stall()
  }

  /** Card read buffer 0, which fills buffer 1. */
  const readBadge = (): Uint8Array => {
    const held = badge !== undefined && clock.now() < badge.untilMs ? badge : undefined
    countBuffer = held?.count ?? BLANK
    return held?.bits ?? BLANK
  }

  const answer = (): Uint8Array => {
    switch (command) {
      case 0x80:
      case 0x81:
      case 0x82:
        return pages[command - 0x80] ?? BLANK
      case 0x8a:
        return take('foreignInfo') ? BLANK : Uint8Array.of(0, 0, 0x30, 0x07, 0, 0x01, 0x0b, 0)
      case 0x8e:
        return countBuffer
      case 0x8f:
        return readBadge()
      default:
        return BLANK
    }
  }

  const restart = (): void => {
    pages = memory.map((page) => page.slice())
    isPageSelected = false
    command = 0
    badge = undefined
    countBuffer = BLANK
  }

  return {
    kind: 'hid',
    facts: {
      vendorId: 0x0c27,
      productId: 0x3bfa,
      manufacturer: 'RFIDeas',
      product: 'USB Keyboard',
      serialNumber: '',
      usagePage: 0x01,
      usage: 0x06,
    },
    reportDescriptor,
    connect: (next) => {
      send = next
    },
    // The LEDs of a keyboard.
    receive: () => undefined,
    setFeature: (reportId, data) => {
      if (data.length !== REPORT_BYTES) stall()
      checkTransfer(reportId)
      if (isPageSelected) {
        pages[command - 0x80] = data.slice()
        isPageSelected = false
        return
      }
      const [code = 0, kept = 0] = data
      command = code
      isPageSelected = code >= 0x80 && code <= 0x82
      if (code === 0x90)
        memory = memory.map((page, index) => ((kept >> index) & 1 ? (pages[index] ?? page) : page))
    },
    getFeature: (reportId, sizeBytes) => {
      checkTransfer(reportId)
      isPageSelected = false
      return answer().slice(0, sizeBytes)
    },
    placeCard: noField,
    removeCard: noField,
    dumpCard: noField,
    countWrites: noField,
    present: ({ technology, data, bitCount = 8 * data.length }) => {
      if (technology !== 'unknown' || data.length > REPORT_BYTES || bitCount > 8 * data.length) {
        throw new BridgeError(
          'not_supported',
          'A pcProx reads badges of up to 64 bits, of no technology that it names.',
        )
      }
      const bits = BLANK.slice()
      bits.set(data.toReversed())
      const [typing, times] = pages
      const repeated = bitCount + (take('unreadable') ? 1 : 0)
      const count = Uint8Array.of(bitCount, repeated, 0, 0, 0, 0, 0, 0)
      badge = { bits, count, untilMs: clock.now() + 50 * (times?.[2] ?? 0) }
      if (((typing?.[7] ?? 0) & 0x80) === 0) for (const key of keystrokesOf(bits)) send?.(key)
    },
    inject: ({ fault, count = 1 }) => {
      const name = FAULTS.find((candidate) => candidate === fault)
      if (name === undefined)
        throw new BridgeError('request_invalid', `There is no fault "${fault}": ${FAULTS.join(', ')}.`)
      faults.set(name, count)
    },
    powerCycle: restart,
    close: () => {
      send = undefined
    },
  }
}
