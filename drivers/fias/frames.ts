/**
 * A record on the wire: STX, text of one byte a character, ETX. Over TCP no checksum follows; a byte that stands between two
 * frames all the same (an LRC, an ACK or a NAK of a serial converter) is skipped.
 * @module
 */
const STX = 0x02
const ETX = 0x03

/** LD may name a longest record of 2000 at most (IFC8 FIAS Specification 2.20.25, LD). What is longer than twice that is no frame. */
const MAX_TEXT_BYTES = 4000

/** The bytes of a record's text; every character must be below 100 hexadecimal, as `formatRecord` makes sure. */
export const encodeFrame = (text: string): Uint8Array =>
  Uint8Array.from([STX, ...Array.from(text, (character) => character.charCodeAt(0)), ETX])

export interface FrameReader {
  /** Takes bytes as they come, and returns the texts of the frames that they complete. */
  push(bytes: Uint8Array): readonly string[]
}

/** Makes a reader that finds frames in bytes cut anywhere. An STX always begins anew: what was open before is lost. */
export const createFrameReader = (): FrameReader => {
  let open: number[] | undefined
  return {
    push: (bytes) => {
      const texts: string[] = []
      for (const byte of bytes) {
        if (byte === STX) {
          open = []
        } else if (open !== undefined && byte === ETX) {
          texts.push(String.fromCharCode(...open))
          open = undefined
        } else if (open !== undefined && open.push(byte) > MAX_TEXT_BYTES) {
          open = undefined
        }
      }
      return texts
    },
  }
}
