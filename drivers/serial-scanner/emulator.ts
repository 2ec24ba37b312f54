import { BridgeError, type EmulatedRead, type Emulator, type EmulatorOptions } from 'encoder-bridge/driver'
import { lineTimeMs } from '../../src/emulation/line-timing.ts'

const BAUD_RATE = 9600
const faultNames = ['unreadable', 'repeat', 'noTerminator'] as const
type FaultName = (typeof faultNames)[number]

const isFault = (name: string): name is FaultName => faultNames.some((known) => known === name)

const hexDigits = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')

const ascii = (text: string): readonly number[] => Array.from(text, (letter) => letter.charCodeAt(0))

/** The frame of an RDM6300: STX, ten digits, two of checksum, ETX (RDM6300 data sheet). */
const badgeFrame = (id: Uint8Array, isChecksumWrong: boolean): readonly number[] => {
  const checksum = id.reduce((sum, byte) => sum ^ byte, isChecksumWrong ? 0x55 : 0)
  return [0x02, ...ascii(hexDigits(id)), ...ascii(hexDigits(Uint8Array.of(checksum))), 0x03]
}

const noField = (): never => {
  throw new BridgeError('not_supported', 'A scanner is shown things with `present`; it has no field.')
}

/**
 * Makes a scanner that only talks: barcodes as AIM identifier, data, CR LF; EM4100 badges as the frame of an RDM6300. It
 * hears nothing.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `unreadable`: the next badge has a wrong checksum, the next barcode comes as the frame of a badge that is none
 * - `repeat` n: the next presentation is sent n more times, 50 ms apart, as by a badge that stays there
 * - `noTerminator`: the next barcode has no line end
 */
export const createSerialScannerEmulator = ({ clock, realtime }: EmulatorOptions): Emulator => {
  const faults = new Map<FaultName, number>()
  const timers = new Set<unknown>()
  let send: ((bytes: Uint8Array) => void) | undefined

  const take = (fault: FaultName): boolean => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }

  const after = (delayMs: number, work: () => void): void => {
    const timer = clock.setTimeout(() => {
      timers.delete(timer)
      work()
    }, delayMs)
    timers.add(timer)
  }

  const messageOf = ({ technology, data, symbology = '' }: EmulatedRead): readonly number[] => {
    if (technology === 'em4100') return badgeFrame(data, take('unreadable'))
    if (technology !== 'barcode') {
      throw new BridgeError('not_supported', `A serial scanner reads no ${technology}.`)
    }
    if (take('unreadable')) return [0x02, 0x7f, 0x03]
    return [...ascii(symbology), ...data, ...(take('noTerminator') ? [] : [0x0d, 0x0a])]
  }

  const forget = (): void => {
    for (const timer of timers) clock.clearTimeout(timer)
    timers.clear()
  }

  return {
    kind: 'serial',
    connect: (next) => {
      send = next
    },
    receive: () => undefined,
    baudRate: BAUD_RATE,
    placeCard: noField,
    removeCard: noField,
    dumpCard: noField,
    countWrites: noField,
    present: (read) => {
      const message = Uint8Array.from(messageOf(read))
      const lineMs = realtime ? lineTimeMs(message.length, BAUD_RATE) : 0
      if (lineMs === 0) send?.(message)
      else after(lineMs, () => send?.(message))
      for (let again = 1; take('repeat'); again += 1) after(lineMs + again * 50, () => send?.(message))
    },
    inject: ({ fault, count = 1 }) => {
      if (!isFault(fault)) throw new BridgeError('request_invalid', `There is no fault "${fault}".`)
      faults.set(fault, (faults.get(fault) ?? 0) + count)
    },
    powerCycle: forget,
    close: () => {
      forget()
      send = undefined
    },
  }
}
