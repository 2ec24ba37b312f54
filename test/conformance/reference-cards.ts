import type {
  CardAddress,
  CardTechnology,
  CardUid as Uid,
  CardWrite,
  DriverManifest,
  MifareKey,
} from 'encoder-bridge/driver'
import { CardUid, cardTechnologies, noUid } from 'encoder-bridge/driver'
import { formatHex, parseHex } from '../../src/wire/hex.ts'

/** As delivered: MF1S503x §8.6.3. */
const transportKey: MifareKey = { type: 'A', value: parseHex('FFFFFFFFFFFF') }

/** Bytes that are recognised in any text. */
const canary = (place: number, sizeBytes: number): Uint8Array =>
  Uint8Array.from({ length: sizeBytes }, (_, index) => (0xc5 + 0x3b * (16 * place + index)) & 0xff)

const block = (number: number): CardAddress => ({ kind: 'block', block: number, key: transportKey })
const page = (number: number): CardAddress => ({ kind: 'page', page: number, password: null })
const lfBlock = (number: number): CardAddress => ({ kind: 'lfBlock', block: number })
const stripe: CardAddress = { kind: 'tracks', coercivity: 'hi' }
const stripeBits: CardAddress = { kind: 'rawTracks', coercivity: 'hi' }

const classicWrites = [4, 5, 6].map((number) => ({ at: block(number), data: canary(number, 16) }))
const pageWrites = Array.from({ length: 12 }, (_, index) => ({
  at: page(4 + index),
  data: canary(4 + index, 4),
}))

/** The EM4100 of the ID 1122334455, its configuration last: Proxmark3, `client/src/cmdlfem410x.c`. */
const lfWrites: readonly CardWrite[] = [
  { at: lfBlock(1), data: parseHex('FF8C6529') },
  { at: lfBlock(2), data: parseHex('8C94A940') },
  { at: lfBlock(0), data: parseHex('00148040') },
]

const stripeText = 'CANARY^C5C5CAFE/BRIDGE\n9182736455463728191\n4819273645546372819'
const stripeWrites = [{ at: stripe, data: new TextEncoder().encode(stripeText) }]

interface ReferenceCard {
  /** What the kit's session puts onto it, in this order; empty for a card that can only be recognised. */
  readonly writes: readonly CardWrite[]
  /** Two identifiers, of different sizes where there are such. Without one, the driver says noUid. */
  readonly uids: readonly [Uid, Uid]
  readonly hasUid: boolean
  /** A place that bigger cards of the kind have, and this one has not. */
  readonly outside?: CardAddress
}

const uid = (text: string): Uid => CardUid.parse(text)

const classic = (blockCount: number): ReferenceCard => ({
  writes: classicWrites,
  uids: [uid('922E5832'), uid('04112233445580')],
  hasUid: true,
  outside: block(blockCount),
})

const pages = (pageCount: number): ReferenceCard => ({
  writes: pageWrites,
  uids: [uid('04112233445580'), uid('04A1B2C3D4E580')],
  hasUid: true,
  outside: page(pageCount),
})

const withoutUid = { uids: [noUid, uid('00000001')], hasUid: false } as const

/** Sizes: MF1S503x §8.6, MF1S703x §8.6, MF0ICU1 §7.5, MF0ICU2 §7.5, MF0ULX1 §8.5, NTAG213/215/216 §8.5, ATA5577C §4.2. */
const referenceCards: Partial<Record<CardTechnology, ReferenceCard>> = {
  'mifare-classic-mini': classic(20),
  'mifare-classic-1k': classic(64),
  'mifare-classic-4k': classic(256),
  'mifare-ultralight': pages(16),
  'mifare-ultralight-c': pages(48),
  'mifare-ultralight-ev1-48': pages(20),
  'mifare-ultralight-ev1-128': pages(41),
  ntag213: pages(45),
  ntag215: pages(135),
  ntag216: pages(231),
  em4100: { writes: [], uids: [uid('1122334455'), uid('0F0368568B')], hasUid: true },
  t5577: { writes: lfWrites, outside: lfBlock(8), ...withoutUid },
  magstripe: { writes: stripeWrites, ...withoutUid },
}

const recognisedOnly: ReferenceCard = {
  writes: [],
  uids: [uid('922E5832'), uid('04112233445580')],
  hasUid: true,
}

export const referenceCard = (technology: CardTechnology): ReferenceCard =>
  referenceCards[technology] ?? recognisedOnly

/** The technologies of the manifest that the kit's session encodes. */
export const encodedTechnologies = ({ technologies }: DriverManifest): readonly CardTechnology[] =>
  technologies.filter((technology) => referenceCard(technology).writes.length > 0)

/** The technology that the rules about lines and aborts are tried with: the first one that is encoded. */
export const mainTechnology = (manifest: DriverManifest): CardTechnology =>
  encodedTechnologies(manifest)[0] ?? 'unknown'

/** One place of every kind that there is. */
const places: readonly CardAddress[] = [block(4), page(4), lfBlock(1), stripe, stripeBits]

/** Places of the kinds that a card of this technology has not. */
export const foreignPlaces = (technology: CardTechnology): readonly CardAddress[] => {
  const kinds = referenceCard(technology).writes.map(({ at }) => at.kind)
  // A stripe is written as texts or as bits.
  return places.filter(({ kind }) => !kinds.includes(kind === 'rawTracks' ? 'tracks' : kind))
}

/** What would be written to a place of that kind. */
export const dataFor = ({ kind }: CardAddress): Uint8Array => {
  if (kind === 'rawTracks') return parseHex('01810000')
  const writes = cardTechnologies.flatMap((technology) => referenceCard(technology).writes)
  return writes.find(({ at }) => at.kind === kind)?.data ?? new Uint8Array(0)
}

const squeeze = (text: string): string => text.toUpperCase().replaceAll(/[^0-9A-Z]/g, '')

/**
 * Which secrets of the reference card the text tells: planned data and keys, in hexadecimal with any separators, as decimal
 * numbers, or as the texts of tracks. A configuration of block 0 is none.
 */
export const secretsIn = (technology: CardTechnology, text: string): readonly string[] => {
  const told = squeeze(text)
  const secrets = referenceCard(technology).writes.flatMap(({ at, data }) => {
    if (at.kind === 'tracks') return stripeText.split('\n').map(squeeze)
    if (at.kind === 'lfBlock') return at.block === 0 ? [] : [formatHex(data), squeeze(data.join())]
    const key = at.kind === 'block' ? [formatHex(at.key.value), squeeze(at.key.value.join())] : []
    return [formatHex(data), squeeze(data.join()), ...key]
  })
  return secrets.filter((secret) => told.includes(secret))
}
