import { type CardAnswer, NAK, reply } from './emulated-card.ts'
import { PAGE, type PageModel } from './page-models.ts'

/** What a password keeps closed (NTAG213/215/216 §8.8), as the configuration pages in the card's memory say. */
export interface PageProtection {
  /** PWD_AUTH with four bytes: PACK, or NAK; a failure counts against AUTHLIM. */
  authenticate(password: Uint8Array): CardAnswer
  /** The password was right, and the card has not been halted since. */
  readonly isOpen: boolean
  close(): void
  /** The page at which reading ends for now: behind the last one, or AUTH0's. */
  firstUnreadable(): number
  mayWrite(page: number): boolean
  /** Password, PACK and keys are never shown. */
  isHidden(page: number): boolean
  /** ACCESS, the first byte of CFG1; 0 without one. */
  readonly access: number
}

/** Bits of ACCESS. */
const READ_TOO = 0x80
const CONFIGURATION_LOCKED = 0x40
const FAILURE_LIMIT = 0x07

export const createPageProtection = (model: PageModel, cells: Uint8Array): PageProtection => {
  const { configurationPage, pages, secretFrom = pages } = model
  let isOpen = false
  let failures = 0

  const byteAt = (page: number, offset: number): number => cells[page * PAGE + offset] ?? 0
  const access = (): number => (configurationPage === undefined ? 0 : byteAt(configurationPage + 1, 0))
  /** Ultralight C has AUTH0 in page 2A and, in page 2B, a bit that takes reading out (MF0ICU2 §7.5.8). */
  const auth0 = (): number => {
    if (configurationPage !== undefined) return byteAt(configurationPage, 3)
    return secretFrom < pages ? byteAt(secretFrom - 2, 0) : pages
  }
  const isReadProtected = (): boolean =>
    configurationPage === undefined ? (byteAt(secretFrom - 1, 0) & 1) === 0 : (access() & READ_TOO) !== 0

  return {
    authenticate: (password) => {
      if (configurationPage === undefined) return NAK
      const limit = access() & FAILURE_LIMIT
      const at = (configurationPage + 2) * PAGE
      const isRight = password.join() === cells.subarray(at, at + PAGE).join()
      if (limit > 0 && failures >= limit) return NAK
      failures = isRight ? 0 : failures + 1
      isOpen = isRight
      return isRight ? reply(...cells.subarray(at + PAGE, at + PAGE + 2)) : NAK
    },
    get isOpen() {
      return isOpen
    },
    close: () => {
      isOpen = false
    },
    firstUnreadable: () => (isReadProtected() && !isOpen ? Math.min(auth0(), secretFrom) : secretFrom),
    mayWrite: (page) => {
      const isFixed =
        configurationPage !== undefined &&
        (page === configurationPage || page === configurationPage + 1) &&
        (access() & CONFIGURATION_LOCKED) !== 0
      return !isFixed && (isOpen || page < auth0())
    },
    isHidden: (page) => configurationPage !== undefined && page >= configurationPage + 2,
    get access() {
      return access()
    },
  }
}
