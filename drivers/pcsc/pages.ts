import type { CardUid } from 'encoder-bridge/driver'
import { pageSizeBytes } from '../../src/cards/ntag.ts'
import { equalBytes } from '../../src/wire/bytes.ts'
import { parseHex } from '../../src/wire/hex.ts'

/** The pages that READ brought besides the one that was asked for. */
export interface PagesAhead {
  /** Keeps the pages of an answer that begins with page `first`. */
  keep(uid: CardUid, first: number, answer: Uint8Array): void
  page(number: number): Uint8Array | undefined
  clear(): void
}

/**
 * What is kept ends before page 0: behind the last page that may be read READ goes on with it (NTAG213/215/216 §10.2), and
 * what follows is not what the numbers say.
 */
export const createPagesAhead = (): PagesAhead => {
  let pages = new Map<number, Uint8Array>()
  return {
    keep: (uid, first, answer) => {
      pages = new Map()
      for (let offset = 0; offset < answer.length; offset += pageSizeBytes) {
        const page = answer.slice(offset, offset + pageSizeBytes)
        if (offset > 0 && isPage0(page, uid)) return
        pages.set(first + offset / pageSizeBytes, page)
      }
    },
    page: (number) => pages.get(number)?.slice(),
    clear: () => {
      pages = new Map()
    },
  }
}

/** Page 0 holds the first three bytes of the UID and their check byte with 88 (§8.5.1). A page that looks like it is read again. */
const isPage0 = (page: Uint8Array, uid: CardUid): boolean => {
  const [first = 0, second = 0, third = 0] = parseHex(uid)
  return equalBytes(page, Uint8Array.of(first, second, third, 0x88 ^ first ^ second ^ third))
}
