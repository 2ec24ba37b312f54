/** Frames as the chip sees them (UM0701-02 §6.2.1): TFI D4 comes in, D5 goes out. */
export type HostFrame =
  | { readonly kind: 'ack' }
  | { readonly kind: 'nack' }
  /** TFI and what follows it; `precededBy` counts the bytes since the last reset that came before the start code's FF. */
  | { readonly kind: 'information'; readonly content: Uint8Array; readonly precededBy: number }

export const ACK_FRAME = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00)
export const ERROR_FRAME = Uint8Array.of(0x00, 0x00, 0xff, 0x01, 0xff, 0x7f, 0x81, 0x00)

/** The largest content of an extended frame, TFI included. */
const MAX_CONTENT = 265

const sumOf = (bytes: ArrayLike<number>): number => {
  let sum = 0
  for (let index = 0; index < bytes.length; index += 1) sum += bytes[index] ?? 0
  return sum & 0xff
}

/** Builds an answer, in the shortest form that holds it. `isBare` leaves preamble and postamble out (SetParameters bit 6). */
export const buildFrame = (content: readonly number[], isBare: boolean): Uint8Array => {
  const { length } = content
  const high = length >> 8
  const low = length & 0xff
  const header = length <= 255 ? [length, -length] : [0xff, 0xff, high, low, -(high + low)]
  const core = [0x00, 0xff, ...header, ...content, -sumOf(content)]
  return Uint8Array.from(isBare ? core : [0x00, ...core, 0x00])
}

/** Where the data checksum of a frame made by buildFrame stands. */
export const checksumIndex = (frame: Uint8Array, isBare: boolean): number => frame.length - (isBare ? 1 : 2)

interface FrameReceiver {
  /** Takes bytes, cut anywhere, and returns the frames that they complete. What does not check out is dropped silently. */
  push(bytes: Uint8Array): readonly HostFrame[]
  /** Forgets an unfinished frame: the gap between two bytes was too long. */
  dropPartial(): void
  /** Forgets everything, the count of preceding bytes too. */
  reset(): void
}

/** A header that was understood: where the content starts and how long it is. */
interface Header {
  readonly contentAt: number
  readonly length: number
}

/** Reads the header behind a start code at the buffer's beginning: undefined while bytes are missing, `bad` when it is wrong. */
const readHeader = (buffer: readonly number[]): Header | 'bad' | undefined => {
  const [, , first, second, high, low, lengthChecksum] = buffer
  if (first === undefined || second === undefined) return undefined
  if (first !== 0xff || second !== 0xff) {
    return first > 0 && sumOf([first, second]) === 0 ? { contentAt: 4, length: first } : 'bad'
  }
  if (high === undefined || low === undefined || lengthChecksum === undefined) return undefined
  const length = high * 256 + low
  if (length === 0 || length > MAX_CONTENT || sumOf([high, low, lengthChecksum]) !== 0) return 'bad'
  return { contentAt: 7, length }
}

/** Makes the chip's receiver. Preamble and postamble may have any length or be missing. */
export const createFrameReceiver = (): FrameReceiver => {
  let buffer: number[] = []
  let consumed = 0

  const consume = (count: number): void => {
    buffer = buffer.slice(count)
    consumed += count
  }

  /** Drops what cannot begin a frame; true when the buffer then begins with a start code. */
  const findStartCode = (): boolean => {
    const at = buffer.findIndex((byte, index) => byte === 0x00 && buffer[index + 1] === 0xff)
    consume(at >= 0 ? at : Math.max(0, buffer.length - (buffer.at(-1) === 0x00 ? 1 : 0)))
    return at >= 0
  }

  const takeFrame = (): HostFrame | 'more' | 'dropped' => {
    if (!findStartCode()) return 'more'
    const isAck = buffer[2] === 0x00 && buffer[3] === 0xff
    const isNack = buffer[2] === 0xff && buffer[3] === 0x00
    if (isAck || isNack) {
      consume(4)
      return { kind: isAck ? 'ack' : 'nack' }
    }
    const header = readHeader(buffer)
    if (header === undefined) return 'more'
    if (header === 'bad') {
      consume(2)
      return 'dropped'
    }
    const end = header.contentAt + header.length + 1
    if (buffer.length < end) return 'more'
    const body = buffer.slice(header.contentAt, end)
    const precededBy = consumed + 1
    consume(end)
    if (sumOf(body) !== 0) return 'dropped'
    return { kind: 'information', content: Uint8Array.from(body.slice(0, -1)), precededBy }
  }

  return {
    push: (bytes) => {
      buffer.push(...bytes)
      const frames: HostFrame[] = []
      for (let taken = takeFrame(); taken !== 'more'; taken = takeFrame()) {
        if (taken !== 'dropped') frames.push(taken)
      }
      return frames
    },
    dropPartial: () => {
      consume(buffer.length)
    },
    reset: () => {
      buffer = []
      consumed = 0
    },
  }
}
