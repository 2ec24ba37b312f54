import type { HidFacts } from 'encoder-bridge/driver'

/** What distinguishes the readers that are emulated. */
export interface SwipeModel {
  readonly facts: HidFacts
  readonly reportDescriptor: Uint8Array
  /** Values by property id; undefined for a reader without feature reports. */
  readonly properties: ReadonlyMap<number, string> | undefined
  /** The report of a swipe with these texts, one of which (1 to 3, 0 for none) can't be decoded. */
  readonly reportOf: (tracks: readonly string[], unreadable: number) => Uint8Array
}

const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16))

const ascii = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))

/** Whatever was there before: nobody may read it. */
const STALE = 0x42
const ISO = 0
const BLANK = 3

/** Status of three tracks, their lengths, the encode type. */
const headOf = (readable: readonly string[], unreadable: number): readonly number[] => [
  ...[1, 2, 3].map((track) => (track === unreadable ? 0x01 : 0x00)),
  ...[0, 1, 2].map((index) => readable[index]?.length ?? 0),
  readable.every((text) => text === '') ? BLANK : ISO,
]

const withoutTrack = (tracks: readonly string[], unreadable: number): readonly string[] =>
  tracks.map((text, index) => (index + 1 === unreadable ? '' : text))

/** 99875191, section 4: the report descriptor, the input report of 337 bytes and the properties. */
const sureSwipe: SwipeModel = {
  facts: {
    vendorId: 0x0801,
    productId: 0x0002,
    manufacturer: 'Mag-Tek',
    product: 'USB Swipe Reader',
    serialNumber: '',
    usagePage: 0xff00,
    usage: 0x01,
  },
  reportDescriptor: bytes(
    [
      '06 00 FF 09 01 A1 01 15 00 26 FF 00 75 08',
      '09 20 09 21 09 22 09 28 09 29 09 2A 09 38 95 07 81 02',
      '09 30 95 6E 82 02 01 09 31 95 6E 82 02 01 09 32 95 6E 82 02 01',
      '09 20 95 18 B2 02 01 C0',
    ].join(' '),
  ),
  properties: new Map([
    [0x00, '21042812D01'],
    [0x01, 'B0123456789'],
  ]),
  reportOf: (tracks, unreadable) => {
    const readable = withoutTrack(tracks, unreadable)
    const report = new Uint8Array(337).fill(STALE)
    report.set(headOf(readable, unreadable))
    for (const [index, text] of readable.entries()) report.set(ascii(text), 7 + 110 * index)
    return report
  },
}

/**
 * 80066510-001, "HID report": 500 bytes of edited text, here the tracks and a carriage return. The descriptor and the byte
 * order of the length are *unverified*; the product id is that of the SecureHead manual, §4.1.2.
 */
const idTech: SwipeModel = {
  facts: {
    vendorId: 0x0acd,
    productId: 0x2010,
    manufacturer: 'ID TECH',
    product: '',
    serialNumber: '',
    usagePage: 0xff00,
    usage: 0x01,
  },
  reportDescriptor: bytes(
    [
      '06 00 FF 09 01 A1 01 15 00 26 FF 00 75 08',
      '09 20 09 21 09 22 09 28 09 29 09 2A 09 38 95 07 81 02',
      '09 30 96 F6 01 82 02 01 C0',
    ].join(' '),
  ),
  properties: undefined,
  reportOf: (tracks, unreadable) => {
    const readable = withoutTrack(tracks, unreadable)
    const text = ascii(`${readable.join('')}\r`)
    const report = new Uint8Array(509).fill(STALE)
    report.set([...headOf(readable, unreadable), text.length & 0xff, text.length >> 8])
    report.set(text, 9)
    return report
  },
}

export const swipeModels = { sureSwipe, idTech }
