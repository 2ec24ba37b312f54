import { PAGE, type PageModel } from './page-models.ts'

/** The one-way bits of page 2 and of the dynamic lock page of a card's memory. */
interface PageLocks {
  isLocked(page: number): boolean
  /** What page 2 holds after these four bytes were written to it: only the two lock bytes take new ones. */
  writeStatic(bytes: Uint8Array): Uint8Array
  /** What the dynamic lock page holds after these four bytes were written to it. */
  writeDynamic(bytes: Uint8Array): Uint8Array
}

/** Bits 0 to 2 freeze the lock bits of page 3, of pages 4 to 9, and of pages 10 to 15 (MF0ICU1 §7.5.2). */
const STATIC_FREEZES = [0x0008, 0x03f0, 0xfc00]
const FIRST_DYNAMIC_PAGE = 16

export const createPageLocks = ({ dynamicLock }: PageModel, cells: Uint8Array): PageLocks => {
  const view = new DataView(cells.buffer)
  /** Bit n locks page n, from 3 on. */
  const staticBits = (): number => view.getUint16(2 * PAGE + 2, true)
  const dynamicAt = (dynamicLock?.page ?? 0) * PAGE
  const dynamicBits = (): number => (dynamicLock === undefined ? 0 : view.getUint16(dynamicAt, true))

  return {
    isLocked: (page) => {
      if (page < FIRST_DYNAMIC_PAGE) return page > 2 && ((staticBits() >> page) & 1) === 1
      if (dynamicLock === undefined) return false
      const bit = Math.floor((page - FIRST_DYNAMIC_PAGE) / dynamicLock.pagesPerBit)
      return page < dynamicLock.page && ((dynamicBits() >> bit) & 1) === 1
    },
    writeStatic: (bytes) => {
      const old = staticBits()
      const frozen = STATIC_FREEZES.reduce((mask, pages, bit) => mask | ((old >> bit) & 1 ? pages : 0), 0)
      const asked = ((bytes[2] ?? 0) | ((bytes[3] ?? 0) << 8)) & ~frozen
      const page = cells.slice(2 * PAGE, 3 * PAGE)
      new DataView(page.buffer).setUint16(2, old | asked, true)
      return page
    },
    // Byte 2 freezes two lock bits with each of its own; byte 3 reads BD whatever is written (NTAG213/215/216 §8.5.3).
    writeDynamic: (bytes) => {
      const page = cells.slice(dynamicAt, dynamicAt + PAGE)
      const freezes = page[2] ?? 0
      const frozen = Array.from({ length: 8 }, (_, bit) => ((freezes >> bit) & 1 ? 0b11 << (2 * bit) : 0))
      const mask = frozen.reduce((all, bits) => all | bits, 0)
      const asked = ((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)) & ~mask
      const next = new DataView(page.buffer)
      next.setUint16(0, next.getUint16(0, true) | asked, true)
      next.setUint8(2, freezes | (bytes[2] ?? 0))
      return page
    },
  }
}
