/**
 * Where an NDEF message lies on a tag with pages: in a TLV block of its data area, which begins with page 4.
 * Source: NFC Forum "Type 2 Tag" specification, §2.3; NTAG213/215/216 §8.5.5.
 * @module
 */
import type { CardTechnology, CardWrite } from '../contract/card.ts'
import { BridgeError } from '../contract/errors.ts'
import { decodeNdef, encodeNdef, type ForeignRecord, type NdefRecord } from './ndef.ts'
import { decodeCapability, firstUserPage, pageSizeBytes, userSizeBytes } from './ntag.ts'

const NULL_TLV = 0x00
const NDEF_TLV = 0x03
const TERMINATOR_TLV = 0xfe
/** In place of a length: the length follows in two bytes. */
const LONG_LENGTH = 0xff

/**
 * The writes that put a message on a card, safe against tearing: first an empty message, then everything behind the first
 * page, and the first page with the real length last. What stood in the data area is gone, a lock control TLV included.
 * What the capability container says is `checkCapability`'s. `password` is for every page, null for none.
 * Throws `card_incompatible` when the card has no pages, `order_invalid` as `encodeNdef` does and when the message is too long.
 */
export const ndefWrites = (
  technology: CardTechnology,
  records: readonly NdefRecord[],
  password: Uint8Array | null = null,
): readonly CardWrite[] => {
  const capacityBytes = userSizeBytes(technology)
  if (capacityBytes === 0) throw new BridgeError('card_incompatible', `A ${technology} card holds no NDEF.`)
  const message = encodeNdef(records)
  const length =
    message.length < LONG_LENGTH
      ? [message.length]
      : [LONG_LENGTH, message.length >> 8, message.length & 0xff]
  const tlv = [NDEF_TLV, ...length, ...message, TERMINATOR_TLV]
  if (tlv.length > capacityBytes) {
    throw new BridgeError(
      'order_invalid',
      `The NDEF message needs ${tlv.length} bytes; the card has ${capacityBytes}.`,
    )
  }
  const pages = Array.from({ length: Math.ceil(tlv.length / pageSizeBytes) }, (_, index) => {
    const data = new Uint8Array(pageSizeBytes)
    data.set(tlv.slice(index * pageSizeBytes, (index + 1) * pageSizeBytes))
    return writeOf(firstUserPage + index, data, password)
  })
  const empty = writeOf(firstUserPage, Uint8Array.of(NDEF_TLV, 0, TERMINATOR_TLV, 0), password)
  return [empty, ...pages.slice(1), ...pages.slice(0, 1)]
}

/**
 * Checks by the capability container, page 3, that others will find what the writes put on the tag. A container is never
 * written: its bits can be set and never cleared (NTAG213/215/216 §8.5.6).
 * Throws `card_incompatible` when the tag is not formatted for NDEF, when it is read-only, and when its data area is too small.
 */
export const checkCapability = (container: Uint8Array, writes: readonly CardWrite[]): void => {
  const capability = decodeCapability(container)
  if (capability === undefined) {
    throw new BridgeError(
      'card_incompatible',
      container.every((byte) => byte === 0)
        ? 'The tag is not formatted for NDEF, so that no phone would read it: format it with a phone’s NFC app, or take another tag.'
        : 'The tag is made for something other than NDEF, and that can’t be undone: take another tag.',
    )
  }
  if (capability.isReadOnly) {
    throw new BridgeError(
      'card_incompatible',
      'The tag says of itself that it is read-only: take another tag.',
    )
  }
  const ends = writes.map(({ at }) =>
    at.kind === 'page' ? (at.page + 1 - firstUserPage) * pageSizeBytes : 0,
  )
  if (Math.max(...ends) > capability.sizeBytes) {
    throw new BridgeError(
      'card_incompatible',
      `The tag offers ${capability.sizeBytes} bytes for NDEF, and they are too few: take a larger tag.`,
    )
  }
}

const writeOf = (page: number, data: Uint8Array, password: Uint8Array | null): CardWrite => ({
  at: { kind: 'page', page, password },
  data,
})

/** What the data area of a tag holds. `none`: no message, or an empty one. */
export type NdefReading =
  | { readonly kind: 'none' }
  | { readonly kind: 'message'; readonly records: readonly (NdefRecord | ForeignRecord)[] }
  | { readonly kind: 'malformed' }

/** Reads the first message in the bytes from page 4 on. Never throws. */
export const readNdef = (dataArea: Uint8Array): NdefReading => {
  let offset = 0
  while (offset < dataArea.length) {
    const type = dataArea[offset]
    if (type === TERMINATOR_TLV) return { kind: 'none' }
    if (type === NULL_TLV) {
      offset += 1
      continue
    }
    const short = dataArea[offset + 1] ?? 0
    const isLong = short === LONG_LENGTH
    const length = isLong ? ((dataArea[offset + 2] ?? 0) << 8) | (dataArea[offset + 3] ?? 0) : short
    const valueAt = offset + (isLong ? 4 : 2)
    offset = valueAt + length
    if (offset > dataArea.length) return { kind: 'malformed' }
    if (type !== NDEF_TLV) continue
    if (length === 0) return { kind: 'none' }
    const records = decodeNdef(dataArea.subarray(valueAt, offset))
    return records === undefined ? { kind: 'malformed' } : { kind: 'message', records }
  }
  return { kind: 'none' }
}
