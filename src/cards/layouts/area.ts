import type { Card, CardAddress, CardWrite, MifareKey } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { blockCount, blockSizeBytes, sectorOf, trailerOf, transportKey } from '../mifare-classic.ts'
import { checkPage, firstUserPage, pageMapOf, pageSizeBytes } from '../ntag.ts'

/** Where on a card a run of bytes begins, and what opens it there. */
export interface AreaStart {
  /** Of a MIFARE Classic. */
  readonly sector: number
  readonly key: MifareKey
  /** Of an NTAG or Ultralight. */
  readonly page: number
  readonly password: Uint8Array | null
}

/** Sector 1 under the transport key, page 4 without a password. */
export const usualStart: AreaStart = { sector: 1, key: transportKey, page: 4, password: null }

/** A run of bytes on a card. */
export interface Area {
  readonly addresses: readonly CardAddress[]
  /** Bytes that one address holds. */
  readonly unitSizeBytes: number
}

/**
 * The addresses of `sizeBytes` bytes, in whole blocks or pages. Throws `card_incompatible` when the card has no such place, or
 * too little room there.
 */
export const areaOf = (card: Card, start: AreaStart, sizeBytes: number): Area => {
  const isClassic = blockCount(card.technology) > 0
  const area = isClassic ? sectorArea(card, start) : pageArea(card, start)
  const addresses = area.addresses.slice(0, Math.ceil(sizeBytes / area.unitSizeBytes))
  if (addresses.length * area.unitSizeBytes < sizeBytes) {
    throw new BridgeError(
      'card_incompatible',
      `A ${card.technology} card has no ${sizeBytes} bytes at that place.`,
    )
  }
  return { ...area, addresses }
}

const sectorArea = (card: Card, { sector, key }: AreaStart): Area => {
  const blocks = Array.from({ length: blockCount(card.technology) }, (_, block) => block).filter(
    (block) => sectorOf(block) === sector && block !== trailerOf(sector),
  )
  return {
    addresses: blocks.map((block) => ({ kind: 'block', block, key })),
    unitSizeBytes: blockSizeBytes,
  }
}

const pageArea = (card: Card, { page, password }: AreaStart): Area => {
  const map = pageMapOf(card.technology)
  if (map === undefined) {
    throw new BridgeError('card_incompatible', `A ${card.technology} card has neither blocks nor pages.`)
  }
  checkPage(card.technology, page)
  const pages = Array.from({ length: map.lastUserPage + 1 - page }, (_, index) => page + index)
  return {
    addresses: pages.map((number) => ({ kind: 'page', page: number, password })),
    unitSizeBytes: pageSizeBytes,
  }
}

/** The writes that put the bytes into the area; what is left of its last unit becomes zero. */
export const writesInto = ({ addresses, unitSizeBytes }: Area, bytes: Uint8Array): readonly CardWrite[] =>
  addresses.map((at, index) => {
    const data = new Uint8Array(unitSizeBytes)
    data.set(bytes.subarray(index * unitSizeBytes, (index + 1) * unitSizeBytes))
    return { at, data }
  })

/** How the user pages of a new tag begin: an empty NDEF message, on an NTAG213 behind a lock control TLV (NTAG213/215/216 §8.5.8). */
const factoryStarts = ['0103a00c340300fe', '0300fe00']

/** Whether the bytes, which begin with the area, are zeros or what a new tag has there. */
export const isBlank = ({ addresses: [first] }: Area, bytes: Uint8Array): boolean => {
  const digits = Buffer.from(bytes).toString('hex')
  const skipped =
    first?.kind === 'page' ? (first.page - firstUserPage) * pageSizeBytes * 2 : Number.POSITIVE_INFINITY
  return ['', ...factoryStarts].some(
    (start) => digits === start.slice(skipped, skipped + digits.length).padEnd(digits.length, '0'),
  )
}

/** The bytes of the area, from what its addresses hold; a unit of another size counts as zeros. */
export const bytesOf = ({ unitSizeBytes }: Area, found: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(found.length * unitSizeBytes)
  found.forEach((unit, index) => bytes.set(unit.subarray(0, unitSizeBytes), index * unitSizeBytes))
  return bytes
}
