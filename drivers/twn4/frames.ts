/**
 * The lines of the Simple Protocol: the hexadecimal digits of the payload, of its CRC where the reader is set to it, and a
 * carriage return. Source: Elatec, "TWN4 Simple Protocol" DocRev25, §1.3.
 * @module
 */
import { concatBytes } from '../../src/wire/bytes.ts'
import { formatHex, parseHex } from '../../src/wire/hex.ts'

const CR = 0x0d
/** Longer than any answer: a string of 255 bytes with its head and CRC has 518 digits. */
const MAX_DIGITS = 600

/** The CRC of §1.3.3: polynomial 8408, least significant bit first, from FFFF. */
export const lineCrc = (payload: Uint8Array): Uint8Array => crc16(payload, 0xffff)
/** CRC_A of ISO/IEC 14443-3 §6.2.4: the same polynomial from 6363. */
export const crcA = (bytes: Uint8Array): Uint8Array => crc16(bytes, 0x6363)

/** Low byte first. */
const crc16 = (bytes: Uint8Array, start: number): Uint8Array => {
  let crc = start
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >> 1 : (crc >> 1) ^ 0x8408
  }
  return Uint8Array.of(crc & 0xff, crc >> 8)
}

/** A payload as its line. */
export const encodeLine = (payload: Uint8Array, isCrcOn: boolean): Uint8Array => {
  const digits = formatHex(isCrcOn ? concatBytes(payload, lineCrc(payload)) : payload)
  return concatBytes(
    Array.from(digits, (digit) => digit.charCodeAt(0)),
    [CR],
  )
}

/** The payload of a line without its end, or undefined when it is no whole bytes in hexadecimal or fails its CRC. */
export const decodeLine = (line: string, isCrcOn: boolean): Uint8Array | undefined => {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(line)) return undefined
  const bytes = parseHex(line.toUpperCase())
  if (!isCrcOn) return bytes
  const payload = bytes.subarray(0, -2)
  const isRight = payload.length > 0 && formatHex(lineCrc(payload)) === formatHex(bytes.subarray(-2))
  return isRight ? payload : undefined
}

export interface LineReader {
  /** Takes bytes cut anywhere and returns the lines that they complete, without their ends. Empty lines are left out. */
  push(bytes: Uint8Array): readonly string[]
}

/** Line feeds are passed over: the document has none, terminals may add them. */
export const createLineReader = (): LineReader => {
  let held = ''
  return {
    push: (bytes) => {
      const lines = (held + String.fromCharCode(...bytes).replaceAll('\n', '')).split('\r')
      held = (lines.pop() ?? '').slice(0, MAX_DIGITS)
      return lines.filter((line) => line !== '')
    },
  }
}
