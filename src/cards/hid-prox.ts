/**
 * The 96 bits that a HID Prox card sends: the preamble 1D, then 44 payload bits, each doubled (0 is 01, 1 is 10). The
 * payload, known as the raw form, holds the Wiegand bits right-aligned.
 * Source: Proxmark3 `client/src/wiegand_formatutils.c` (get_length_from_header, add_HID_header), `armsrc/lfops.c`.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

const PREAMBLE = '00011101'
const PAYLOAD_BITS = 44
const STREAM_SIZE_BYTES = 12
/** Bit 37: the payload has 36 bits or fewer, and a 1 stands just above them. */
const SHORT_HEADER = 1n << 37n

/** The twelve bytes for 26 to 37 Wiegand bits. Throws `order_invalid` for anything else. */
export const encodeHidProx = (bits: string): Uint8Array => {
  if (!/^[01]{26,37}$/.test(bits)) {
    throw new BridgeError('order_invalid', 'A HID Prox card is written with 26 to 37 bits.')
  }
  const value = BigInt(`0b${bits}`)
  const payload = bits.length === 37 ? value : SHORT_HEADER | (1n << BigInt(bits.length)) | value
  const doubled = payload
    .toString(2)
    .padStart(PAYLOAD_BITS, '0')
    .replaceAll(/[01]/g, (bit) => (bit === '0' ? '01' : '10'))
  return Uint8Array.from((PREAMBLE + doubled).match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
}

/** The Wiegand bits of twelve bytes, or undefined when they are no HID Prox card's of 26 to 37 bits. */
export const decodeHidProx = (stream: Uint8Array): string | undefined => {
  const bits = Array.from(stream, (byte) => byte.toString(2).padStart(8, '0')).join('')
  const doubled = bits.slice(PREAMBLE.length)
  const isSound = bits.startsWith(PREAMBLE) && /^(?:01|10)+$/.test(doubled)
  if (stream.length !== STREAM_SIZE_BYTES || !isSound) return undefined
  const payload = doubled.replaceAll(/(.)./g, '$1')
  return /^0{6}0([01]{37})$/.exec(payload)?.[1] ?? /^0{6}10*1([01]{26,36})$/.exec(payload)?.[1]
}
