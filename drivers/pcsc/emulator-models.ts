import type { CardTechnology } from 'encoder-bridge/driver'

/** What tells the emulated readers apart. */
export interface ReaderModel {
  readonly readerName: string
  /** Key structures (P1 of LOAD KEYS) that it takes, each with its last slot; and what it says to the others. */
  readonly keySlots: ReadonlyMap<number, readonly number[]>
  readonly keyRefusal: number
  /** NN NN of the ATR, where it has a name for the card; FF and the SAK otherwise. */
  readonly cardNames: Partial<Record<CardTechnology, number>>
  /** Whose escape commands it knows, and its firmware's name. */
  readonly escape: 'acr122u' | 'acr1252u' | 'none'
  readonly firmware: string
  /** A PN532 behind FF 00 00 00. */
  readonly hasPn532: boolean
  /** Takes FF 00 40 with a card connected. */
  readonly hasLights: boolean
}

const upTo = (last: number): readonly number[] => Array.from({ length: last + 1 }, (_, slot) => slot)

const ULTRALIGHT = 0x0003
/** Readers report every chip with pages as an Ultralight. */
const commonCardNames = {
  'mifare-classic-1k': 0x0001,
  'mifare-classic-4k': 0x0002,
  'mifare-classic-mini': 0x0026,
  'mifare-ultralight': ULTRALIGHT,
  'mifare-ultralight-c': ULTRALIGHT,
  'mifare-ultralight-ev1-48': ULTRALIGHT,
  'mifare-ultralight-ev1-128': ULTRALIGHT,
  ntag213: ULTRALIGHT,
  ntag215: ULTRALIGHT,
  ntag216: ULTRALIGHT,
} as const

const FAILED = 0x6300

export const readerModels = {
  /** ACR122U API V2.04, §5.1: key structure 00, slots 00 and 01. */
  acr122u: {
    readerName: 'ACS ACR122U PICC Interface 00 00',
    keySlots: new Map([[0x00, [0x00, 0x01]]]),
    keyRefusal: FAILED,
    cardNames: commonCardNames,
    escape: 'acr122u',
    firmware: 'ACR122U201',
    hasPn532: true,
    hasLights: true,
  },
  /** ACM1252U-Y3 Reference Manual V1.03, §5.2.4.1, §5.3.1, §5.6.1. */
  acr1252u: {
    readerName: 'ACS ACR1252 Dual Reader [ACR1252 Dual Reader PICC] 00 00',
    keySlots: new Map([[0x00, [0x00, 0x01]]]),
    keyRefusal: FAILED,
    cardNames: { ...commonCardNames, 'mifare-ultralight-c': 0x003a },
    escape: 'acr1252u',
    firmware: 'ACR1252U_V202.2',
    hasPn532: false,
    hasLights: true,
  },
  /** ACM1281U-C7 Reference Manual V1.02, §5.1.3.1: volatile slot 20, lasting ones 00 to 1F. */
  acr1281u: {
    readerName: 'ACS ACR1281 1S Dual Reader [ACR1281 1S Dual Reader PICC] (RDR000123) 00 00',
    keySlots: new Map([
      [0x00, [0x20]],
      [0x20, upTo(0x1f)],
    ]),
    keyRefusal: FAILED,
    cardNames: { ...commonCardNames, 'mifare-ultralight-c': 0x003a },
    escape: 'none',
    firmware: '',
    hasPn532: false,
    hasLights: false,
  },
  /** No volatile keys, refused with 69 86 (a 5321: Stack Overflow 18830280). The number of lasting ones is *unverified*. */
  omnikey5022: {
    readerName:
      'HID Global OMNIKEY 5022 Smart Card Reader [OMNIKEY 5022 Smart Card Reader] (OKCM0012301) 00 00',
    keySlots: new Map([[0x20, upTo(0x1f)]]),
    keyRefusal: 0x6986,
    cardNames: { ...commonCardNames, 'mifare-ultralight-c': 0x003a },
    escape: 'none',
    firmware: '',
    hasPn532: false,
    hasLights: false,
  },
} as const satisfies Record<string, ReaderModel>

export type ReaderModelName = keyof typeof readerModels
