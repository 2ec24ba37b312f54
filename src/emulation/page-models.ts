import type { CardTechnology } from '../contract/index.ts'

export const PAGE = 4

/** What tells the chips of the Ultralight and NTAG21x family apart. */
export interface PageModel {
  readonly pages: number
  /** GET_VERSION's answer; the older chips have none. */
  readonly version?: readonly number[]
  /** Where lock bits for page 16 and up lie, and how many pages each of them locks. */
  readonly dynamicLock?: { readonly page: number; readonly pagesPerBit: number }
  /** The page of CFG0; CFG1, PWD and PACK follow it. */
  readonly configurationPage?: number
  /** Pages that are never read out: Ultralight C's key. */
  readonly secretFrom?: number
  /** NTAG counts its readings in counter 2, Ultralight EV1 has three that are incremented by command. */
  readonly counters: 'none' | 'one' | 'three'
  /** What a new card holds besides its first pages, by page. */
  readonly factory: Readonly<Record<number, readonly number[]>>
}

const DELIVERED_PASSWORD = [0xff, 0xff, 0xff, 0xff]

/** NTAG213/215/216 §8.5: the capability container, an empty NDEF message, and the configuration pages as delivered. */
const ntag = (
  pages: number,
  sizeCode: number,
  capabilitySize: number,
  dynamicLock: PageModel['dynamicLock'],
  userPages: readonly (readonly number[])[],
): PageModel => {
  const configurationPage = pages - 4
  return {
    pages,
    version: [0x00, 0x04, 0x04, 0x02, 0x01, 0x00, sizeCode, 0x03],
    ...(dynamicLock !== undefined && { dynamicLock }),
    configurationPage,
    counters: 'one',
    factory: {
      3: [0xe1, 0x10, capabilitySize, 0x00],
      ...Object.fromEntries(userPages.map((bytes, index) => [4 + index, bytes])),
      [configurationPage - 1]: [0x00, 0x00, 0x00, 0xbd],
      [configurationPage]: [0x04, 0x00, 0x00, 0xff],
      [configurationPage + 1]: [0x00, 0x05, 0x00, 0x00],
      [configurationPage + 2]: DELIVERED_PASSWORD,
    },
  }
}

/** MF0ULX1 §8.5. */
const ultralightEv1 = (
  pages: number,
  sizeCode: number,
  dynamicLock?: PageModel['dynamicLock'],
): PageModel => ({
  pages,
  version: [0x00, 0x04, 0x03, 0x01, 0x01, 0x00, sizeCode, 0x03],
  ...(dynamicLock !== undefined && { dynamicLock }),
  configurationPage: pages - 4,
  counters: 'three',
  factory: {
    ...(dynamicLock !== undefined && { [dynamicLock.page]: [0x00, 0x00, 0x00, 0xbd] }),
    [pages - 4]: [0x00, 0x00, 0x00, 0xff],
    [pages - 3]: [0x00, 0x05, 0x00, 0x00],
    [pages - 2]: DELIVERED_PASSWORD,
  },
})

const EMPTY_NDEF = [[0x03, 0x00, 0xfe, 0x00]]

/** By technology. 16 pages for each lock bit of NTAG215 and NTAG216 are *unverified*. */
export const pageModels: Partial<Record<CardTechnology, PageModel>> = {
  'mifare-ultralight': { pages: 16, counters: 'none', factory: {} },
  // MF0ICU2 §7.5: AUTH0 30 protects nothing; the key is "IEMKAERB!NACUOYF", each half with its last byte first.
  'mifare-ultralight-c': {
    pages: 48,
    secretFrom: 0x2c,
    counters: 'none',
    factory: {
      0x2a: [0x30, 0x00, 0x00, 0x00],
      0x2c: [0x42, 0x52, 0x45, 0x41],
      0x2d: [0x4b, 0x4d, 0x45, 0x49],
      0x2e: [0x46, 0x59, 0x4f, 0x55],
      0x2f: [0x43, 0x41, 0x4e, 0x21],
    },
  },
  'mifare-ultralight-ev1-48': ultralightEv1(20, 0x0b),
  'mifare-ultralight-ev1-128': ultralightEv1(41, 0x0e, { page: 0x24, pagesPerBit: 2 }),
  ntag213: ntag(45, 0x0f, 0x12, { page: 0x28, pagesPerBit: 2 }, [
    [0x01, 0x03, 0xa0, 0x0c],
    [0x34, 0x03, 0x00, 0xfe],
  ]),
  ntag215: ntag(135, 0x11, 0x3e, { page: 0x82, pagesPerBit: 16 }, EMPTY_NDEF),
  ntag216: ntag(231, 0x13, 0x6d, { page: 0xe2, pagesPerBit: 16 }, EMPTY_NDEF),
}

/** The memory of a new card. The cascade tag 88 takes part in the first check byte; 48 is internal (MF0ICU1 §7.5.1). */
export const factoryMemory = ({ pages, factory }: PageModel, uid: Uint8Array): Uint8Array => {
  const cells = new Uint8Array(pages * PAGE)
  const [u0 = 0, u1 = 0, u2 = 0, ...rest] = uid
  cells.set([u0, u1, u2, 0x88 ^ u0 ^ u1 ^ u2, ...rest, rest.reduce((sum, byte) => sum ^ byte, 0), 0x48])
  for (const [page, bytes] of Object.entries(factory)) cells.set(bytes, Number(page) * PAGE)
  return cells
}
