import type { StreamTransport } from 'encoder-bridge/driver'

/**
 * What happens on the way to a piece of bytes of a stream, or to the data of one message of another transport: it
 * arrives as the pieces returned, which may be none.
 */
export type Tamper = (bytes: Uint8Array) => readonly Uint8Array[]

export interface Tampers {
  readonly toDevice?: Tamper
  readonly toHost?: Tamper
}

export const pass: Tamper = (bytes) => [bytes]

/** Puts a tamper into either direction of a stream. */
export const tamperWith = <Stream extends StreamTransport>(
  transport: Stream,
  { toDevice = pass, toHost = pass }: Tampers,
): Stream => ({
  ...transport,
  write: async (bytes) => {
    for (const piece of toDevice(bytes)) await transport.write(piece)
  },
  listen: (listener) =>
    transport.listen({
      onLost: (error) => listener.onLost(error),
      onBytes: (bytes) => {
        for (const piece of toHost(bytes)) listener.onBytes(piece)
      },
    }),
})

/** Does something to the bytes at one position of the whole stream, counted from the first that passes. */
const atByte = (
  position: number,
  change: (bytes: Uint8Array, index: number) => readonly Uint8Array[],
): Tamper => {
  let passed = 0
  return (bytes) => {
    const index = position - passed
    passed += bytes.length
    return index >= 0 && index < bytes.length ? change(bytes, index) : [bytes]
  }
}

export const flipBitAt = (position: number): Tamper =>
  atByte(position, (bytes, index) => {
    const flipped = bytes.slice()
    flipped[index] = (flipped[index] ?? 0) ^ (1 << (position & 7))
    return [flipped]
  })

export const dropByteAt = (position: number): Tamper =>
  atByte(position, (bytes, index) => nonEmpty(bytes.slice(0, index), bytes.slice(index + 1)))

/** The piece comes as two. */
export const splitAt = (position: number): Tamper =>
  atByte(position, (bytes, index) => nonEmpty(bytes.slice(0, index), bytes.slice(index)))

/** The rest of the piece is lost, as when a frame is cut short. */
export const truncateAt = (position: number): Tamper =>
  atByte(position, (bytes, index) => nonEmpty(bytes.slice(0, index)))

/** Noise in front of the piece: rubbish, and what might be the head of a frame that is longer than any. */
export const noiseAt = (position: number): Tamper =>
  atByte(position, (bytes) => [
    Uint8Array.of(0x55, 0xaa, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02, 0x00),
    bytes,
  ])

/** The piece comes twice, the second time late: after it. */
export const repeatAt = (position: number): Tamper => atByte(position, (bytes) => [bytes, bytes.slice()])

/** So many pieces in a row do not arrive, or all of them until the line is healed. */
export const silenceOf =
  (pieces: number) =>
  (position: number, isHealed: () => boolean): Tamper => {
    let passed = 0
    let left = pieces
    return (bytes) => {
      passed += bytes.length
      if (passed <= position || left === 0 || isHealed()) return [bytes]
      left -= 1
      return []
    }
  }

const nonEmpty = (...pieces: readonly Uint8Array[]): readonly Uint8Array[] =>
  pieces.filter((piece) => piece.length > 0)

/** Notes the sizes of what passes, without touching it. */
export const measurePieces = (): { readonly tamper: Tamper; readonly sizes: readonly number[] } => {
  const sizes: number[] = []
  return {
    sizes,
    tamper: (bytes) => {
      sizes.push(bytes.length)
      return [bytes]
    },
  }
}
