import { BridgeError } from '../contract/errors.ts'

/** Bytes as upper-case hexadecimal without separators: `[4, 160]` is `04A0`. */
export const formatHex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')

/** The inverse of formatHex and as strict: upper case, whole bytes, no separators. Throws `internal_error`. */
export const parseHex = (text: string): Uint8Array => {
  if (!/^(?:[0-9A-F]{2})*$/.test(text)) {
    throw new BridgeError('internal_error', 'A hexadecimal text is malformed.')
  }
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
