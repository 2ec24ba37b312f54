/**
 * The pages of the MIFARE Ultralight and NTAG21x family: where they lie, which chip a card is, and which writes would
 * ruin it. A page has 4 bytes. On every chip pages 0 to 2 hold the UID and the static lock bits, page 3 one-way bits.
 * Sources: NXP data sheets MF0ICU1, MF0ICU2 (§7.5), MF0ULX1, NTAG213/215/216 (§8.5); Proxmark3 `client/src/cmdhfmfu.c`.
 * @module
 */
import type { CardTechnology } from '../contract/card.ts'
import { BridgeError } from '../contract/errors.ts'

export const pageSizeBytes = 4
export const capabilityPage = 3
export const firstUserPage = 4

/** Where things lie behind the user pages, which begin with page 4. */
export interface PageMap {
  readonly pageCount: number
  readonly lastUserPage: number
  /** The page whose bits lock the pages from 16 on, and how many of them each bit locks. */
  readonly dynamicLock?: { readonly page: number; readonly pagesPerBit: number }
  /**
   * The first of the pages that protect the card, which run to its end: CFG0, CFG1, PWD, PACK; on Ultralight C AUTH0,
   * AUTH1 and four pages of key.
   */
  readonly firstConfigurationPage?: number
}

const ultralightC: CardTechnology = 'mifare-ultralight-c'

const pageMaps: Partial<Record<CardTechnology, PageMap>> = {
  'mifare-ultralight': { pageCount: 16, lastUserPage: 0x0f },
  [ultralightC]: {
    pageCount: 48,
    lastUserPage: 0x27,
    dynamicLock: { page: 0x28, pagesPerBit: 4 },
    firstConfigurationPage: 0x2a,
  },
  'mifare-ultralight-ev1-48': { pageCount: 20, lastUserPage: 0x0f, firstConfigurationPage: 0x10 },
  'mifare-ultralight-ev1-128': {
    pageCount: 41,
    lastUserPage: 0x23,
    dynamicLock: { page: 0x24, pagesPerBit: 2 },
    firstConfigurationPage: 0x25,
  },
  ntag213: {
    pageCount: 45,
    lastUserPage: 0x27,
    dynamicLock: { page: 0x28, pagesPerBit: 2 },
    firstConfigurationPage: 0x29,
  },
  // 16 pages for each lock bit of the two larger chips: *unverified*. They are only read, never written.
  ntag215: {
    pageCount: 135,
    lastUserPage: 0x81,
    dynamicLock: { page: 0x82, pagesPerBit: 16 },
    firstConfigurationPage: 0x83,
  },
  ntag216: {
    pageCount: 231,
    lastUserPage: 0xe1,
    dynamicLock: { page: 0xe2, pagesPerBit: 16 },
    firstConfigurationPage: 0xe3,
  },
}

/** The map of a technology, or undefined when it has no pages. An Ultralight of unknown kind has at least those of the first. */
export const pageMapOf = (technology: CardTechnology): PageMap | undefined => pageMaps[technology]

/** How many bytes the user pages hold, or 0 when the technology has none. */
export const userSizeBytes = (technology: CardTechnology): number => {
  const map = pageMaps[technology]
  return map === undefined ? 0 : (map.lastUserPage + 1 - firstUserPage) * pageSizeBytes
}

/** Product type, subtype, major version and size code of GET_VERSION's answer (NTAG213/215/216 §10.1). */
const technologyByVersion = new Map<string, CardTechnology>([
  ['4,2,1,15', 'ntag213'],
  ['4,2,1,17', 'ntag215'],
  ['4,2,1,19', 'ntag216'],
  ['3,1,1,11', 'mifare-ultralight-ev1-48'],
  ['3,2,1,11', 'mifare-ultralight-ev1-48'],
  ['3,1,1,14', 'mifare-ultralight-ev1-128'],
  ['3,2,1,14', 'mifare-ultralight-ev1-128'],
])

/**
 * The technology that the eight bytes of GET_VERSION mean, or `unknown`: NTAG I2C and tamper tags share the size codes, and
 * Ultralight AES is not served. Ultralight and Ultralight C refuse the command; the latter answers `1A 00` with AF.
 */
export const technologyOfVersion = (version: Uint8Array): CardTechnology => {
  const [fixed, vendor, type, subtype, major, , size, protocol] = version
  if (version.length !== 8 || fixed !== 0 || vendor !== 4 || protocol !== 3) return 'unknown'
  return technologyByVersion.get([type, subtype, major, size].join()) ?? 'unknown'
}

/** What the capability container (page 3) says of a tag for NDEF (NFC Forum Type 2 Tag; NTAG213/215/216 §8.5.6). */
export interface Capability {
  /** Of the data area, which begins with page 4. */
  readonly sizeBytes: number
  readonly isReadOnly: boolean
}

/** The container of page 3, or undefined when there is none, or one of another version than 1. */
export const decodeCapability = (page: Uint8Array): Capability | undefined => {
  const [magic, version, size, access] = page
  if (magic !== 0xe1 || version === undefined || size === undefined || access === undefined) return undefined
  return version >> 4 === 1 ? { sizeBytes: size * 8, isReadOnly: (access & 0x0f) !== 0 } : undefined
}

/**
 * The technology that page 3 suggests where GET_VERSION can't be sent: by size alone, so that NTAG I2C passes for an NTAG216,
 * whose user pages it shares. Undefined for 144 bytes, which NTAG213 and a formatted Ultralight C both have, and for
 * all else.
 */
export const technologyOfCapability = (page: Uint8Array): CardTechnology | undefined => {
  const { sizeBytes } = decodeCapability(page) ?? {}
  return sizeBytes === 0x3e * 8 ? 'ntag215' : sizeBytes === 0x6d * 8 ? 'ntag216' : undefined
}

/** Bits of CFG1's first byte, ACCESS: CFGLCK, and the limit of failed passwords AUTHLIM. */
const CONFIGURATION_LOCK = 0x40
const FAILURE_LIMIT = 0x07

/**
 * Lets pass only writes that can be undone. `scope` opens the configuration besides the user pages: PWD, PACK and AUTH0 close
 * a card to whoever does not know them.
 * Throws `card_incompatible` for a page that the card does not have; `not_supported` for a technology without pages, for data
 * of another length than 4, for UID, lock bits, one-way bits and counter, for the configuration unless it is in scope, and
 * always for a CFG1 that would lock the configuration for good or count failed passwords.
 */
export const checkPageWrite = (
  technology: CardTechnology,
  page: number,
  data: Uint8Array,
  scope: 'user' | 'configuration' = 'user',
): void => {
  checkPage(technology, page)
  const { lastUserPage = 0, firstConfigurationPage = Number.POSITIVE_INFINITY } = pageMaps[technology] ?? {}
  if (data.length !== pageSizeBytes) throw new BridgeError('not_supported', 'A page has 4 bytes.')
  if (page >= firstUserPage && page <= lastUserPage) return
  if (page < firstConfigurationPage) {
    throw new BridgeError('not_supported', `What is written to page ${page} can't be undone.`)
  }
  if (scope === 'user') throw new BridgeError('not_supported', `Page ${page} is the card's configuration.`)
  const isAccess = technology !== ultralightC && page === firstConfigurationPage + 1
  if (isAccess && ((data[0] ?? 0) & (CONFIGURATION_LOCK | FAILURE_LIMIT)) !== 0) {
    throw new BridgeError('not_supported', 'The configuration would lock the card for good.')
  }
}

/** Throws `not_supported` for a technology without pages, `card_incompatible` for a page that the card does not have. */
export const checkPage = (technology: CardTechnology, page: number): void => {
  const map = pageMaps[technology]
  if (map === undefined) throw new BridgeError('not_supported', `A ${technology} card has no pages.`)
  if (!Number.isInteger(page) || page < 0 || page >= map.pageCount) {
    throw new BridgeError('card_incompatible', `A ${technology} card has no page ${page}.`)
  }
}
