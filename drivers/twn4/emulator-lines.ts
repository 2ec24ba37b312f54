/** What the reader makes of a line: API, function and parameters, or the error byte with which it answers. */
export type ParsedLine = { readonly bytes: Uint8Array } | { readonly error: number }

/** ERR_PARSER of DocRev25 §1.2. */
const ERR_PARSER = 5
/** Beyond any request; the rest is not kept. */
const MAX_LINE = 1200

/** UpdateCRC of DocRev25 §1.3.3, byte for byte. */
const updateCrc = (crc: number, given: number): number => {
  let byte = (given ^ crc) & 0xff
  byte = (byte ^ (byte << 4)) & 0xff
  return (((byte << 8) | (crc >> 8)) ^ (byte >> 4) ^ (byte << 3)) & 0xffff
}

const crcOf = (bytes: readonly number[]): readonly number[] => {
  const crc = bytes.reduce(updateCrc, 0xffff)
  return [crc & 0xff, crc >> 8]
}

/** Reads a line without its end. Digits may be of either case. */
export const parseLine = (line: string, hasCrc: boolean): ParsedLine => {
  const digits = [...line].map((digit) => '0123456789abcdef'.indexOf(digit.toLowerCase()))
  if (digits.includes(-1) || digits.length % 2 !== 0) return { error: ERR_PARSER }
  const bytes = digits
    .filter((_digit, index) => index % 2 === 0)
    .map((high, index) => high * 16 + (digits[2 * index + 1] ?? 0))
  if (!hasCrc) return { bytes: Uint8Array.from(bytes) }
  const payload = bytes.slice(0, -2)
  const isRight = crcOf(payload).join() === bytes.slice(-2).join()
  return isRight ? { bytes: Uint8Array.from(payload) } : { error: ERR_PARSER }
}

/** The answer's line: upper case, CRC where it is switched on, carriage return. */
export const buildLine = (payload: readonly number[], hasCrc: boolean): Uint8Array => {
  const bytes = hasCrc ? [...payload, ...crcOf(payload)] : payload
  const text = bytes.map((byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')
  return Uint8Array.from([...text, '\r'], (character) => character.charCodeAt(0))
}

interface LineReceiver {
  /** Takes bytes, cut anywhere, and returns the lines that they end. */
  push(bytes: Uint8Array): readonly string[]
  reset(): void
}

/** Makes the receiver of the reader. It waits for the end of a line for ever. */
export const createLineReceiver = (): LineReceiver => {
  let buffer = ''
  return {
    push: (bytes) => {
      const lines: string[] = []
      for (const byte of bytes) {
        if (byte === 0x0d) {
          lines.push(buffer)
          buffer = ''
        } else if (byte !== 0x0a && buffer.length < MAX_LINE) {
          buffer += String.fromCharCode(byte)
        }
      }
      return lines.filter((line) => line.length > 0)
    },
    reset: () => {
      buffer = ''
    },
  }
}
