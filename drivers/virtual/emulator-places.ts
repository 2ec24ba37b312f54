import { BridgeError, type BlockAddress, type CardAddress, type PageAddress } from 'encoder-bridge/driver'
import type { CardAnswer, EmulatedCard, TypeACard } from '../../src/emulation/emulated-card.ts'
import type { LfCard } from '../../src/emulation/lf-card.ts'
import type { StripeCard } from '../../src/emulation/stripe-card.ts'
import { encodeTrack } from '../../src/emulation/track-bits.ts'

/** Commands of the cards (MF1S503x §9, NTAG213/215/216 §10). */
const READ = 0x30
const WRITE_BLOCK = 0xa0
const WRITE_PAGE = 0xa2
const PWD_AUTH = 0x1b
const PAGE_SIZE_BYTES = 4
/** Stands for the text of a track that is to be erased. */
const ERASURE = '\u007F'

const wrongKind = (card: EmulatedCard, at: CardAddress): BridgeError =>
  new BridgeError('not_supported', `A ${card.technology} card has no ${at.kind}.`)

/** Selects the card anew and opens the place. Throws `card_key_refused`. */
const open = (card: TypeACard, at: BlockAddress | PageAddress): void => {
  card.select()
  if (at.kind === 'page') {
    if (at.password === null) return
    const answer = card.exchange(Uint8Array.of(PWD_AUTH, ...at.password))
    if (answer.kind !== 'data') throw new BridgeError('card_key_refused')
    return
  }
  const { type, value: key } = at.key
  const answer = card.authenticate({ type, block: at.block, key, uidTail: card.uid.slice(-4) })
  if (answer.kind === 'keyRefused') throw new BridgeError('card_key_refused')
}

const placeOf = (at: BlockAddress | PageAddress): number => (at.kind === 'block' ? at.block : at.page)

const readTypeA = (card: TypeACard, at: BlockAddress | PageAddress): Uint8Array => {
  open(card, at)
  const answer = card.exchange(Uint8Array.of(READ, placeOf(at)))
  if (answer.kind !== 'data') throw new BridgeError('card_key_refused', 'The card does not let it be read.')
  return at.kind === 'page' ? answer.bytes.slice(0, PAGE_SIZE_BYTES) : answer.bytes
}

const writeTypeA = (card: TypeACard, at: BlockAddress | PageAddress, data: Uint8Array): void => {
  open(card, at)
  const code = at.kind === 'block' ? WRITE_BLOCK : WRITE_PAGE
  const answer: CardAnswer = card.exchange(Uint8Array.of(code, placeOf(at), ...data))
  if (answer.kind !== 'ack') throw new BridgeError('card_write_refused')
}

const lfCommand = (block: number): Parameters<LfCard['read']>[0] => ({ page: 0, block })

const readLf = (card: LfCard, block: number): Uint8Array => {
  const bytes = card.read(lfCommand(block))
  if (bytes === undefined) throw new BridgeError('card_key_refused', 'The transponder wants a password.')
  return bytes
}

const recordTracks = (card: StripeCard, coercivity: 'hi' | 'lo', data: Uint8Array): void => {
  const [first = '', second = '', third = ''] = String.fromCodePoint(...data).split('\n')
  const bits = ([1, 2, 3] as const).map((track) => {
    const text = [first, second, third][track - 1] ?? ''
    if (text === '') return undefined
    return encodeTrack(track, text === ERASURE ? '' : text)
  })
  card.record(bits, coercivity)
}

/** The bits of a track as RawTracksAddress has them: a length, then bytes from the first set bit to the last. */
const rawPart = (track: string): readonly number[] => {
  const recorded = track.slice(Math.max(track.indexOf('1'), 0), track.lastIndexOf('1') + 1)
  const bytes = recorded.match(/.{1,8}/g) ?? []
  return [bytes.length, ...bytes.map((bits) => Number.parseInt(bits.padEnd(8, '0'), 2))]
}

const recordBits = (card: StripeCard, coercivity: 'hi' | 'lo', data: Uint8Array): void => {
  let rest = data
  const bits = card.tracks.map(() => {
    const end = 1 + (rest[0] ?? 0)
    const part = Array.from(rest.subarray(1, end), (byte) => byte.toString(2).padStart(8, '0'))
    rest = rest.subarray(end)
    return part.length === 0 ? undefined : part.join('')
  })
  card.record(bits, coercivity)
}

/** What the card holds at the place. Throws as NoTransport.read rejects. */
export const readPlace = (card: EmulatedCard, at: CardAddress): Uint8Array => {
  if (card.family === 'typeA' && (at.kind === 'block' || at.kind === 'page')) return readTypeA(card, at)
  if (card.family === 'lf' && at.kind === 'lfBlock') return readLf(card, at.block)
  if (card.family === 'stripe' && at.kind === 'tracks') return card.dump()
  if (card.family === 'stripe' && at.kind === 'rawTracks')
    return Uint8Array.from(card.tracks.flatMap(rawPart))
  throw wrongKind(card, at)
}

/** Writes the place. Throws as NoTransport.write rejects. */
export const writePlace = (card: EmulatedCard, at: CardAddress, data: Uint8Array): void => {
  if (card.family === 'typeA' && (at.kind === 'block' || at.kind === 'page')) writeTypeA(card, at, data)
  else if (card.family === 'lf' && at.kind === 'lfBlock') card.write(lfCommand(at.block), data)
  else if (card.family === 'stripe' && at.kind === 'tracks') recordTracks(card, at.coercivity, data)
  else if (card.family === 'stripe' && at.kind === 'rawTracks') recordBits(card, at.coercivity, data)
  else throw wrongKind(card, at)
}
