/**
 * The 64 bits of an EM4100 transponder: nine ones, ten rows of four data bits with even parity, four column parities, a
 * stop bit 0. Sources: EM Microelectronic EM4100 data sheet by way of Proxmark3 `client/src/cmdlfem410x.c` and Flipper
 * `lib/lfrfid/protocols/protocol_em4100.c`.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

export const em4100IdSizeBytes = 5
const HEADER = 0x1ffn
const ROWS = 10

/** The eight bytes, first bit first, that a transponder with this five-byte ID sends. Throws `order_invalid`. */
export const encodeEm4100 = (id: Uint8Array): Uint8Array => {
  if (id.length !== em4100IdSizeBytes) throw new BridgeError('order_invalid', 'An EM4100 ID has five bytes.')
  let stream = HEADER
  let columns = 0
  for (let row = 0; row < ROWS; row++) {
    const byte = id[row >> 1] ?? 0
    const nibble = row % 2 === 0 ? byte >> 4 : byte & 15
    columns ^= nibble
    stream = (stream << 5n) | BigInt((nibble << 1) | parityOf(nibble))
  }
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, (stream << 5n) | BigInt(columns << 1))
  return bytes
}

/** The ID of a stream that begins with its header, or undefined when it is no EM4100's or a parity is wrong. */
export const decodeEm4100 = (stream: Uint8Array): Uint8Array | undefined => {
  if (stream.length !== 8) return undefined
  const bits = new DataView(stream.buffer, stream.byteOffset, stream.byteLength).getBigUint64(0)
  const id = Uint8Array.from({ length: em4100IdSizeBytes }, (_, index) => {
    const shift = BigInt(50 - 10 * index)
    return Number((((bits >> (shift + 1n)) & 15n) << 4n) | ((bits >> (shift - 4n)) & 15n))
  })
  return encodeEm4100(id).every((byte, index) => byte === stream[index]) ? id : undefined
}

const parityOf = (nibble: number): number => (0x6996 >> nibble) & 1
