/**
 * What keeps the pages of an Ultralight or NTAG21x card from being written or read: lock bits, and a password or key.
 * Sources: as `ntag.ts`; NXP community, "NTAG213 Dynamic Lock Bytes".
 * @module
 */
import type { CardTechnology } from '../contract/card.ts'
import { pageMapOf } from './ntag.ts'

/** Pages in ascending order. A lock bit can be set and never cleared. */
export interface PageLocks {
  /** They can't be written any more. */
  readonly locked: readonly number[]
  /** Their lock bits can't be changed any more (block locking): locked ones stay so, and so do open ones. */
  readonly frozen: readonly number[]
}

/** One lock bit, or block-locking bit, of lock byte `byte`, and the pages that it speaks of. */
interface LockBit {
  readonly byte: number
  readonly bit: number
  readonly first: number
  readonly last: number
}

/**
 * The locks that page 2 states for pages 3 to 15, and the card's dynamic lock page for the later ones; undefined leaves
 * those out.
 */
export const decodeLocks = (
  technology: CardTechnology,
  page2: Uint8Array,
  dynamicPage: Uint8Array | undefined,
): PageLocks => {
  const dynamic = dynamicPage === undefined ? undefined : dynamicBits(technology)
  const pagesOf = (bits: readonly LockBit[], bytes: Uint8Array | undefined): readonly number[] =>
    bits
      .filter(({ byte, bit }) => (((bytes?.[byte] ?? 0) >> bit) & 1) === 1)
      .flatMap(({ first, last }) => Array.from({ length: last - first + 1 }, (_, index) => first + index))
  return {
    locked: [...pagesOf(staticLocks, page2), ...pagesOf(dynamic?.locks ?? [], dynamicPage)],
    frozen: [...pagesOf(staticFreezes, page2), ...pagesOf(dynamic?.freezes ?? [], dynamicPage)],
  }
}

/** Bytes 2 and 3 of page 2 (NTAG213/215/216 §8.5.2). */
const staticLocks: readonly LockBit[] = Array.from({ length: 13 }, (_, index) => {
  const page = 3 + index
  return { byte: 2 + (page >> 3), bit: page & 7, first: page, last: page }
})
const staticFreezes: readonly LockBit[] = [
  { byte: 2, bit: 0, first: 3, last: 3 },
  { byte: 2, bit: 1, first: 4, last: 9 },
  { byte: 2, bit: 2, first: 10, last: 15 },
]
const FIRST_DYNAMIC_PAGE = 16

/** Bytes 0 and 1 lock from page 16 upwards, byte 2 freezes two lock bits with each of its own (NTAG213/215/216 §8.5.3). */
const dynamicBits = (
  technology: CardTechnology,
): { readonly locks: readonly LockBit[]; readonly freezes: readonly LockBit[] } | undefined => {
  const map = pageMapOf(technology)
  if (map?.dynamicLock === undefined) return undefined
  if (technology === 'mifare-ultralight-c') return ultralightCBits
  const { lastUserPage } = map
  const bitsFrom = (firstByte: number, pagesPerBit: number): readonly LockBit[] =>
    Array.from({ length: Math.ceil((lastUserPage + 1 - FIRST_DYNAMIC_PAGE) / pagesPerBit) }, (_, index) => {
      const first = FIRST_DYNAMIC_PAGE + index * pagesPerBit
      const last = Math.min(first + pagesPerBit - 1, lastUserPage)
      return { byte: firstByte + (index >> 3), bit: index & 7, first, last }
    })
  const { pagesPerBit } = map.dynamicLock
  return { locks: bitsFrom(0, pagesPerBit), freezes: bitsFrom(2, 2 * pagesPerBit) }
}

/** One byte: bit 0 freezes the locks of pages 16 to 27 in bits 1 to 3, bit 4 those of pages 28 to 39 (MF0ICU2 §7.5.3). */
const ultralightCBits = {
  locks: [1, 2, 3, 5, 6, 7].map((bit, index) => {
    const first = FIRST_DYNAMIC_PAGE + 4 * index
    return { byte: 0, bit, first, last: first + 3 }
  }),
  freezes: [
    { byte: 0, bit: 0, first: 16, last: 27 },
    { byte: 0, bit: 4, first: 28, last: 39 },
  ],
}

/** What asks for the password or, on Ultralight C, the key. */
export interface PageProtection {
  /** AUTH0: from this page on; null when no page of the card is protected. */
  readonly firstPage: number | null
  /** PROT: whether reading needs it too, or only writing. */
  readonly isReadProtected: boolean
}

/**
 * What the first two configuration pages of the card say (NTAG213/215/216 §8.5.7; MF0ICU2 §7.5.8), or undefined when the
 * technology has none.
 */
export const decodeProtection = (
  technology: CardTechnology,
  [first, second]: readonly [Uint8Array, Uint8Array],
): PageProtection | undefined => {
  const map = pageMapOf(technology)
  if (map?.firstConfigurationPage === undefined) return undefined
  const isUltralightC = technology === 'mifare-ultralight-c'
  const auth0 = first[isUltralightC ? 0 : 3] ?? 0
  const access = second[0] ?? 0
  return {
    firstPage: auth0 < map.pageCount ? auth0 : null,
    isReadProtected: isUltralightC ? (access & 1) === 0 : (access & 0x80) !== 0,
  }
}
