/**
 * What scanners say on a serial line. A text ends with CR, LF or TAB, or with silence:
 *
 *     [prefix] [AIM identifier] data [suffix] CR LF
 *
 * An RFID module frames ten hexadecimal digits and two of checksum, the XOR of the five bytes:
 *
 *     02  digits ×10  checksum ×2  [CR LF]  03      RDM6300, ID-12
 *     digits ×10  checksum ×2                       EM-18
 *
 * Sources: Datalogic QuickScan and PSC 7000 product guides (order of prefix, identifiers, suffix; AIM tables); RDM6300 data
 * sheet; ID-12/ID-20 data sheet (the form with CR LF is seen in part only); EM-18: one summary.
 * @module
 */
import type { ScannerRead } from 'encoder-bridge/driver'
import { parseHex } from '../../src/wire/hex.ts'
import type { SerialScannerOptions } from './options.ts'

const STX = 0x02
const ETX = 0x03
const TAB = 0x09
const LF = 0x0a
const CR = 0x0d

/** No symbol is longer (a QR code holds 7,089 digits); a line that never ends is no scan. */
const MAX_SIZE_BYTES = 8192

/** One message as it was cut from the line. `overlong` stands for one that never ended. */
export type Message =
  | { readonly kind: 'text'; readonly bytes: Uint8Array }
  | { readonly kind: 'frame'; readonly bytes: Uint8Array }
  | { readonly kind: 'overlong' }

/** Cuts the stream into messages, whatever its pieces are. */
export interface MessageReader {
  push(bytes: Uint8Array): readonly Message[]
  /** Silence: what has come so far is a message. */
  flush(): readonly Message[]
}

export const createMessageReader = (): MessageReader => {
  let bytes: number[] = []
  let isFrame = false
  let isOverlong = false

  const take = (kind: 'text' | 'frame'): readonly Message[] => {
    const taken = Uint8Array.from(bytes)
    const was = isOverlong
    bytes = []
    isFrame = false
    isOverlong = false
    if (was) return [{ kind: 'overlong' }]
    return taken.length === 0 ? [] : [{ kind, bytes: taken }]
  }

  const accept = (byte: number): readonly Message[] => {
    if (byte === STX) {
      const before = take('text')
      isFrame = true
      return before
    }
    if (isFrame) {
      if (byte === ETX) return take('frame')
      if (byte === CR || byte === LF) return []
    } else if (byte === CR || byte === LF || byte === TAB || byte === ETX) {
      return take('text')
    }
    if (bytes.length < MAX_SIZE_BYTES) bytes.push(byte)
    else isOverlong = true
    return []
  }

  return {
    push: (pieces) => [...pieces].flatMap(accept),
    flush: () => take(isFrame ? 'frame' : 'text'),
  }
}

/** The five bytes of an EM4100, or undefined when these are no twelve digits with a right checksum. */
const em4100In = (bytes: Uint8Array): Uint8Array | undefined => {
  const text = String.fromCharCode(...bytes)
  if (!/^[0-9A-Fa-f]{12}$/.test(text)) return undefined
  const decoded = parseHex(text.toUpperCase())
  return decoded.reduce((sum, byte) => sum ^ byte, 0) === 0 ? decoded.slice(0, 5) : undefined
}

const em4100Read = (data: Uint8Array): ScannerRead => ({
  technology: 'em4100',
  data,
  bitCount: null,
  symbology: null,
})

/** `]`, the letter of the symbology, the modifier: ISO/IEC 15424 §4. */
const AIM = /^\][A-Za-z][0-9A-Za-z]/

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

const textRead = (
  bytes: Uint8Array,
  { prefix, suffix, aim }: SerialScannerOptions,
): ScannerRead | 'unreadable' => {
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  if (!text.startsWith(prefix) || !text.endsWith(suffix)) return 'unreadable'
  const inner = text.slice(prefix.length, text.length - suffix.length)
  const symbology = aim ? (AIM.exec(inner)?.[0] ?? null) : null
  const data = latin1(inner.slice(symbology?.length ?? 0))
  return data.length === 0 ? 'unreadable' : { technology: 'barcode', data, bitCount: null, symbology }
}

/** What a message says, or that it says nothing that could be used. `isEnded` is false for one that silence cut off. */
export const interpret = (
  message: Message,
  options: SerialScannerOptions,
  isEnded = true,
): ScannerRead | 'unreadable' => {
  if (message.kind === 'overlong') return 'unreadable'
  if (message.kind === 'frame') {
    const id = options.content === 'text' ? undefined : em4100In(message.bytes)
    return id === undefined ? 'unreadable' : em4100Read(id)
  }
  if (options.content === 'em4100') {
    const id = em4100In(message.bytes)
    return id === undefined ? 'unreadable' : em4100Read(id)
  }
  return isEnded || options.end === 'silence' ? textRead(message.bytes, options) : 'unreadable'
}
