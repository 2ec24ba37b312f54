import { BridgeError } from '../contract/index.ts'
import type { LfCard } from './lf-card.ts'

const HEADER = '111111111'
const ROWS = 10
const STREAM_BITS = 64

const parity = (bits: string): string => String([...bits].filter((bit) => bit === '1').length % 2)

/** The 64 bits that an EM4100 with this five-byte ID sends: nine ones, ten rows and a column row with even parity, a zero. */
const em4100Stream = (id: Uint8Array): string => {
  const digits = Array.from(id, (byte) => byte.toString(2).padStart(8, '0'))
    .join('')
    .match(/.{4}/g)
  const rows = (digits ?? []).map((digit) => digit + parity(digit))
  const columns = [0, 1, 2, 3].map((column) => parity(rows.map((row) => row[column]).join('')))
  return `${HEADER}${rows.join('')}${columns.join('')}0`
}

/** The ID in a signal that repeats these bits, wherever it begins, or undefined when there is none. */
export const findEm4100Id = (bits: string): Uint8Array | undefined => {
  const rounds = bits.repeat(Math.ceil((2 * STREAM_BITS) / bits.length) + 1)
  for (let start = 0; start < bits.length; start += 1) {
    const stream = rounds.slice(start, start + STREAM_BITS)
    if (!stream.startsWith(HEADER)) continue
    const digits = Array.from({ length: ROWS }, (_, row) => stream.slice(9 + 5 * row, 13 + 5 * row)).join('')
    const id = Uint8Array.from(digits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2))
    if (stream === em4100Stream(id) && rounds.startsWith(stream, start + STREAM_BITS)) return id
  }
  return undefined
}

/** Makes an EM4100, which can only be read. Throws `request_invalid` for an ID that is not 5 bytes, and for any memory. */
export const createEm4100 = (uid: Uint8Array, memory: Uint8Array = new Uint8Array(0)): LfCard => {
  if (uid.length !== 5) throw new BridgeError('request_invalid', 'The ID of an EM4100 has 5 bytes.')
  if (memory.length > 0) throw new BridgeError('request_invalid', 'An EM4100 holds its ID and nothing else.')
  const bits = em4100Stream(uid)
  return {
    family: 'lf',
    technology: 'em4100',
    uid,
    signal: { bits, modulation: 'manchester', bitRate: 64 },
    write: () => {},
    read: () => undefined,
    dump: () => uid.slice(),
    writeCounts: [],
  }
}
