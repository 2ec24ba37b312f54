import { BridgeError, type EmulatorOptions, type HidEmulator } from 'encoder-bridge/driver'

const noField = (): never => {
  throw new BridgeError('not_supported', 'A scanner is shown codes with `present`; it has no field.')
}

const REPORT_SIZE = 64
const PART_SIZE = 56

/**
 * Bar code scanner page, scanner usage, with one input report of 63 bytes and the id 2 (HID 1.11 §6.2.2; HID POS 1.02 §4.1).
 */
const descriptor = Uint8Array.of(
  ...[0x05, 0x8c, 0x09, 0x02, 0xa1, 0x01],
  ...[0x85, 0x02, 0x09, 0x12, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, 0x3f, 0x81, 0x02],
  0xc0,
)

/**
 * Makes a Honeywell-style HID POS scanner: AIM identifier, 56 bytes of data a report, a flag while more follows. It sends
 * `]X0` where the symbology is not told. Reports of one scan follow each other at once.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `unreadable`: the next presentation sends a report without data
 * - `loseLastReport`: the last report of the next scan never comes
 * - `foreignReport`: a report of another id comes before the next scan
 */
export const createPosScanner = (_: EmulatorOptions): HidEmulator => {
  const faults = new Map<string, number>()
  let send: ((report: Uint8Array) => void) | undefined

  const take = (fault: string): boolean => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }

  const reportOf = (symbology: string, part: Uint8Array, isLast: boolean): Uint8Array => {
    const report = new Uint8Array(REPORT_SIZE)
    report.set([0x02, part.length])
    report.set(
      Array.from(symbology, (letter) => letter.charCodeAt(0)),
      2,
    )
    report.set(part, 5)
    report[63] = isLast ? 0 : 1
    return report
  }

  return {
    kind: 'hid',
    facts: {
      vendorId: 0x0c2e,
      productId: 0x0b87,
      manufacturer: 'Emulated',
      product: 'HID POS scanner',
      serialNumber: 'E0001234',
      usagePage: 0x8c,
      usage: 0x02,
    },
    reportDescriptor: descriptor,
    connect: (next) => {
      send = next
    },
    receive: () => undefined,
    setFeature: () => {
      throw new BridgeError('device_fault', 'The scanner has no feature report.')
    },
    getFeature: () => {
      throw new BridgeError('device_fault', 'The scanner has no feature report.')
    },
    placeCard: noField,
    removeCard: noField,
    dumpCard: noField,
    countWrites: noField,
    present: ({ technology, data, symbology = ']X0' }) => {
      if (technology !== 'barcode') {
        throw new BridgeError('not_supported', `A bar code scanner reads no ${technology}.`)
      }
      if (take('foreignReport')) send?.(Uint8Array.of(0x07, 0x01, 0x00))
      const shown = take('unreadable') ? new Uint8Array(0) : data
      const count = Math.max(1, Math.ceil(shown.length / PART_SIZE))
      const isCutOff = take('loseLastReport')
      for (let index = 0; index < (isCutOff ? count - 1 : count); index += 1) {
        const part = shown.slice(index * PART_SIZE, (index + 1) * PART_SIZE)
        send?.(reportOf(symbology, part, index === count - 1))
      }
    },
    inject: ({ fault, count = 1 }) => {
      if (!['unreadable', 'loseLastReport', 'foreignReport'].includes(fault)) {
        throw new BridgeError('request_invalid', `There is no fault "${fault}".`)
      }
      faults.set(fault, count)
    },
    powerCycle: () => faults.clear(),
    close: () => {
      send = undefined
    },
  }
}
