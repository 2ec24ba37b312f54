/**
 * The frames of a PN532 on a serial line, UM0701-02 §6.2.1:
 *
 *     00 | 00 FF | LEN LCS | TFI PD0..PDn | DCS | 00                     normal
 *     00 | 00 FF | FF FF LENM LENL LCS | TFI PD0..PDn | DCS | 00         extended
 *     00 | 00 FF | 00 FF | 00   ACK      00 | 00 FF | FF 00 | 00   NACK
 *
 * @module
 */
import { complementSum8 } from '../../src/wire/checksum.ts'
import { concatBytes } from '../../src/wire/bytes.ts'

const TFI_TO_CHIP = 0xd4
const TFI_TO_HOST = 0xd5
/** The TFI of the error frame, UM0701-02 §6.2.1.5. */
const TFI_ERROR = 0x7f
/** With TFI; a normal frame's LEN is one byte, and FF FF marks the extended form. */
const NORMAL_MAX_BYTES = 255
/** With TFI, UM0701-02 §6.2.1.2. */
const EXTENDED_MAX_BYTES = 265

/** From the host it accepts an answer or aborts the running command, UM0701-02 §6.2.1.3 and §6.2.2.1. */
export const ackFrame = Uint8Array.of(0x00, 0x00, 0xff, 0x00, 0xff, 0x00)
/** From the host it asks for the last answer once more, UM0701-02 §6.2.1.4. */
export const nackFrame = Uint8Array.of(0x00, 0x00, 0xff, 0xff, 0x00, 0x00)

/** Puts a command (command code first) into the shortest frame that holds it: 1 to 264 bytes. */
export const encodeFrame = (command: Uint8Array): Uint8Array => {
  const body = concatBytes([TFI_TO_CHIP], command)
  const length =
    body.length <= NORMAL_MAX_BYTES
      ? [body.length, complementSum8([body.length])]
      : [
          0xff,
          0xff,
          body.length >> 8,
          body.length & 0xff,
          complementSum8([body.length >> 8, body.length & 0xff]),
        ]
  return concatBytes([0x00, 0x00, 0xff], length, body, [complementSum8(body), 0x00])
}

/** What the reader found. `information` carries the response code and its data; `corrupt` a frame that failed a checksum. */
export type FrameEvent =
  | { readonly kind: 'ack' | 'nack' | 'error' }
  | { readonly kind: 'information'; readonly payload: Uint8Array }
  | { readonly kind: 'corrupt'; readonly part: 'length' | 'data' }

export interface FrameReader {
  /** Takes bytes cut anywhere and returns the frames that they complete. */
  push(bytes: Uint8Array): readonly FrameEvent[]
  /** Forgets an incomplete frame. */
  reset(): void
}

/** Syncs on 00 FF and drops whatever lies before it: preambles and postambles may have any length (UM0701-02 §6.2.1). */
export const createFrameReader = (): FrameReader => {
  let held: Uint8Array = new Uint8Array(0)
  return {
    push: (bytes) => {
      held = held.length === 0 ? bytes : concatBytes(held, bytes)
      const events: FrameEvent[] = []
      for (;;) {
        const start = findStart(held)
        const found = parseFrame(held.subarray(start))
        held = held.subarray(start + (found?.size ?? 0))
        if (found === undefined) return events
        events.push(found.event)
      }
    },
    reset: () => {
      held = new Uint8Array(0)
    },
  }
}

/** Where the first start code lies; without one, where a last 00 lies that may begin it. */
const findStart = (bytes: Uint8Array): number => {
  for (let index = 0; index + 1 < bytes.length; index++) {
    if (bytes[index] === 0x00 && bytes[index + 1] === 0xff) return index
  }
  return bytes.at(-1) === 0x00 ? bytes.length - 1 : bytes.length
}

/** The frame at the head of `bytes`, which begin with the start code, or undefined when more bytes are needed. */
const parseFrame = (bytes: Uint8Array): { event: FrameEvent; size: number } | undefined => {
  const [, , first, second] = bytes
  if (first === undefined || second === undefined) return undefined
  if (first === 0x00 && second === 0xff) return { event: { kind: 'ack' }, size: 4 }
  if (first === 0xff && second === 0x00) return { event: { kind: 'nack' }, size: 4 }
  const isExtended = first === 0xff && second === 0xff
  const head = isExtended ? bytes.subarray(4, 7) : bytes.subarray(2, 4)
  if (isExtended && head.length < 3) return undefined
  const bodyStart = isExtended ? 7 : 4
  const length = head.subarray(0, -1).reduce((total, byte) => total * 256 + byte, 0)
  // A wrong length can't be skipped over: only the start code is, and the search goes on behind it.
  if (length === 0 || length > EXTENDED_MAX_BYTES || complementSum8(head) !== 0) {
    return { event: { kind: 'corrupt', part: 'length' }, size: 2 }
  }
  const size = bodyStart + length + 1
  if (bytes.length < size) return undefined
  return { event: bodyEvent(bytes.subarray(bodyStart, size)), size }
}

/** Judges TFI, data and DCS. */
const bodyEvent = (body: Uint8Array): FrameEvent => {
  if (complementSum8(body) !== 0) return { kind: 'corrupt', part: 'data' }
  if (body[0] === TFI_ERROR) return { kind: 'error' }
  if (body[0] !== TFI_TO_HOST || body.length < 3) return { kind: 'corrupt', part: 'data' }
  return { kind: 'information', payload: body.slice(1, -1) }
}
