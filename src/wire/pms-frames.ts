/**
 * Frames of the PMS protocol that SALTO calls Industry Standard and ONITY shares:
 *
 *     STX SEP field SEP field SEP … SEP ETX LRC        ENQ, ACK and NAK alone between frames
 *
 * Sources: bookingexperts/salto (lib/salto/client.rb, message.rb), rohsyl/salto (SaltoClient.php), batiati/Onity (Command.cs).
 * The LRC may have any value, those of ACK and NAK included, so it is told by its place alone.
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

const STX = 0x02
const ETX = 0x03
export const ENQ = 0x05
export const ACK = 0x06
export const NAK = 0x15
const SEP = 0xb3

/** In the place of an LRC it says "not checked", in both directions (SaltoClient.php LRC_SKIP). SALTO alone knows it. */
const LRC_UNCHECKED = 0x0d

/** Many times the longest message that is known: what is longer is noise that looked like a beginning. */
const MAX_CONTENT = 2048

/** ISO 8859-1 without control characters and the separator (*unverified*: no document names the character set). */
const SAYABLE = /^[\u0020-\u007e\u00a0-\u00b2\u00b4-\u00ff]*$/

/** Whether a field can hold the text. */
export const isPmsText = (text: string): boolean => SAYABLE.test(text)

const lrcOf = (bytes: Iterable<number>): number => {
  let lrc = 0
  for (const byte of bytes) lrc ^= byte
  return lrc
}

/** A message as bytes, LRC included. Throws `order_invalid` for a text that no field can hold. */
export const encodePmsFrame = (fields: readonly string[], { isChecked = true } = {}): Uint8Array => {
  const content: number[] = [SEP]
  for (const [index, field] of fields.entries()) {
    if (!isPmsText(field)) {
      throw new BridgeError('order_invalid', `Field ${index} has a character that the protocol can’t carry.`)
    }
    content.push(...Array.from(field, (character) => character.charCodeAt(0)), SEP)
  }
  content.push(ETX)
  return Uint8Array.of(STX, ...content, isChecked ? lrcOf(content) : LRC_UNCHECKED)
}

/** What comes off the line. */
export type PmsEvent =
  /** A byte that belongs to no frame. */
  | { readonly kind: 'control'; readonly byte: number }
  | { readonly kind: 'begun' }
  | { readonly kind: 'frame'; readonly fields: readonly string[] }
  /** A frame that was cut short, or whose LRC is wrong. */
  | { readonly kind: 'broken' }

export interface PmsReader {
  /** Takes bytes, cut anywhere, and returns what they complete. */
  push(bytes: Uint8Array): readonly PmsEvent[]
}

/** Texts of a lock system may be laid out with tabs and line ends; every other control character ends a frame. */
const isText = (byte: number): boolean => byte >= 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d

const fieldsOf = (content: readonly number[]): readonly string[] | undefined => {
  const text = String.fromCharCode(...content)
  const separator = String.fromCharCode(SEP)
  const isWhole = content.length > 1 && text.startsWith(separator) && text.endsWith(separator)
  return isWhole ? text.slice(1, -1).split(separator) : undefined
}

export const createPmsReader = ({ knowsUnchecked }: { readonly knowsUnchecked: boolean }): PmsReader => {
  let state: 'outside' | 'inside' | 'lrc' = 'outside'
  let content: number[] = []

  const finish = (lrc: number): PmsEvent => {
    const isRight = lrc === lrcOf([...content, ETX]) || (knowsUnchecked && lrc === LRC_UNCHECKED)
    const fields = isRight ? fieldsOf(content) : undefined
    return fields === undefined ? { kind: 'broken' } : { kind: 'frame', fields }
  }

  const begin = (): PmsEvent => {
    state = 'inside'
    content = []
    return { kind: 'begun' }
  }

  const take = (byte: number): readonly PmsEvent[] => {
    if (state === 'lrc') {
      state = 'outside'
      return [finish(byte)]
    }
    if (byte === STX) return [begin()]
    if (state === 'outside') return [{ kind: 'control', byte }]
    if (byte === ETX) {
      state = 'lrc'
      return []
    }
    if (isText(byte) && content.length < MAX_CONTENT) {
      content.push(byte)
      return []
    }
    state = 'outside'
    return [{ kind: 'broken' }, { kind: 'control', byte }]
  }

  return { push: (bytes) => Array.from(bytes).flatMap(take) }
}
