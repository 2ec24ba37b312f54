import { CARD_TIME_MS } from '../../src/emulation/line-timing.ts'
import type { CardAnswer, TypeACard } from '../../src/emulation/emulated-card.ts'
import { atOnce, type Command, type Commands, FALSE, TRUE, type Work } from './emulator-commands.ts'
import { type Reader, typeACards } from './emulator-reader.ts'

/** ISO/IEC 14443-3, annex B: CRC_A, low byte first. */
const crcA = (bytes: readonly number[]): readonly number[] => {
  let crc = 0x6363
  for (const byte of bytes) {
    const first = (byte ^ crc) & 0xff
    const second = (first ^ (first << 4)) & 0xff
    crc = ((crc >> 8) ^ (second << 8) ^ (second << 3) ^ (second >> 4)) & 0xffff
  }
  return [crc & 0xff, crc >> 8]
}

/** Runs a write on a card under the faults that concern writes. */
const writeUnderFaults = (reader: Reader, card: TypeACard, command: readonly number[]): CardAnswer => {
  const { faults, field } = reader
  if (card.isActive && faults.take('nakWrites')) {
    card.halt()
    return { kind: 'nak' }
  }
  const sent = Uint8Array.from(command)
  if (faults.take('flipWrittenBit')) sent[2] = (sent[2] ?? 0) ^ 0x01
  const isTorn = faults.take('tearWrite')
  if (isTorn) {
    const half = card.blockSize / 2
    const offset = (sent[1] ?? 0) * card.blockSize + half
    sent.set(card.dump().subarray(offset, offset + half), 2 + half)
  }
  const answer = card.exchange(sent)
  if (isTorn) field.remove()
  if (answer.kind === 'ack' && faults.countDown('removeCardAfterWrites', 1)) field.remove()
  return isTorn ? { kind: 'silent' } : answer
}

/** What a function does with the selected card: false when there is none or when it refuses. */
const withCard = (
  reader: Reader,
  takesMs: number,
  act: (card: TypeACard) => CardAnswer,
  show: (bytes: Uint8Array) => readonly number[] = (bytes) => [...bytes],
): Work => ({
  takesMs: reader.typeA?.isActive === true ? takesMs : CARD_TIME_MS.silence,
  finish: () => {
    const answer: CardAnswer = reader.typeA === undefined ? { kind: 'silent' } : act(reader.typeA)
    if (answer.kind === 'ack') return [TRUE]
    return answer.kind === 'data' ? [TRUE, ...show(answer.bytes)] : [FALSE]
  },
})

const counted = (bytes: Uint8Array): readonly number[] => [bytes.length, ...bytes]

/** A function that sends one command to the card, its parameters behind the code. */
const reading = (
  code: number,
  parameters: Command['parameters'],
  show?: (bytes: Uint8Array) => readonly number[],
): Command => ({
  parameters,
  run: (reader, ...values) =>
    withCard(
      reader,
      CARD_TIME_MS.read,
      (card) => card.exchange(Uint8Array.from([code, ...values.flatMap((value) => [...value])])),
      show,
    ),
})

const writing = (code: number, size: number): Command => ({
  parameters: [1, size],
  run: (reader, ...values) =>
    withCard(reader, CARD_TIME_MS.write, (card) =>
      writeUnderFaults(reader, card, [code, ...values.flatMap((value) => [...value])]),
    ),
})

/** DocRev25 §1.5.10.1: the sector's first block stands for it. */
const login: Command = {
  parameters: [6, 1, 1],
  run: (reader, key = new Uint8Array(6), [type] = new Uint8Array(1), [sector = 0] = new Uint8Array(1)) =>
    withCard(reader, CARD_TIME_MS.authenticate, (card) =>
      card.authenticate({
        type: type === 0 ? 'A' : 'B',
        block: sector < 32 ? sector * 4 : 128 + (sector - 32) * 16,
        key,
        uidTail: card.uid.slice(-4),
      }),
    ),
}

/** The card's first and last page instead of first page and number of them. */
const fastRead: Command = {
  parameters: [1, 1],
  run: (reader, [first = 0] = new Uint8Array(1), [count = 0] = new Uint8Array(1)) =>
    withCard(
      reader,
      CARD_TIME_MS.read,
      (card) => card.exchange(Uint8Array.of(0x3a, first, first + count - 1)),
      counted,
    ),
}

/** The reader compares the acknowledgement (DocRev25 §1.5.26.7). */
const passwordAuthentication: Command = {
  parameters: [4, 2],
  run: (reader, password = new Uint8Array(4), acknowledgement = new Uint8Array(2)) =>
    withCard(reader, CARD_TIME_MS.authenticate, (card) => {
      const answer = card.exchange(Uint8Array.of(0x1b, ...password))
      const isRight = answer.kind === 'data' && answer.bytes.join() === acknowledgement.join()
      return isRight ? { kind: 'ack' } : { kind: 'nak' }
    }),
}

/** The card's 4-bit answers as the document shows one (§1.5.17.8: 04 to 1A 00). */
const NAK_BITS = 0x04
const ACK_BITS = 0x0a

/** Ultralight C's challenge: AF and the encrypted RndB, here any (MF0ICU2 §7.5.5). The model can't go on from there. */
const beginUltralightC = (card: TypeACard, sent: readonly number[]): CardAnswer | undefined =>
  card.technology === 'mifare-ultralight-c' && card.isActive && sent.join() === '26,0'
    ? { kind: 'data', bytes: Uint8Array.of(0xaf, 1, 2, 3, 4, 5, 6, 7, 8) }
    : undefined

/** §1.5.17.8: whole frames with their CRC_A in both directions; a frame with a wrong one meets silence. */
const exchangeRaw: Command = {
  parameters: ['counted', 1, 2],
  run: (reader, frame = new Uint8Array(0)) => ({
    takesMs: CARD_TIME_MS.read,
    finish: () => {
      const card = reader.typeA
      const sent = [...frame].slice(0, -2)
      if (card === undefined || crcA(sent).join() !== frame.slice(-2).join()) return [FALSE]
      const answer = beginUltralightC(card, sent) ?? card.exchange(Uint8Array.from(sent))
      switch (answer.kind) {
        case 'data': {
          const bytes = [...answer.bytes, ...crcA([...answer.bytes])]
          return [TRUE, bytes.length, ...bytes]
        }
        case 'ack':
          return [TRUE, 1, ACK_BITS]
        case 'nak':
        case 'keyRefused':
          return [TRUE, 1, NAK_BITS]
        case 'silent':
          return [FALSE]
      }
    },
  }),
}

/** §1.5.17.9: an inventory, after which no card is selected. */
const searchMultiTag: Command = {
  parameters: [1],
  run: (reader) => ({
    takesMs: CARD_TIME_MS.find * Math.max(1, typeACards(reader).length),
    finish: () => {
      const cards = typeACards(reader)
      for (const card of cards) card.halt()
      const list = cards.flatMap(({ uid }) => [uid.length, ...uid])
      return cards.length === 0 ? [FALSE] : [TRUE, cards.length, list.length, ...list]
    },
  }),
}

/** §1.5.17.10. */
const selectTag: Command = {
  parameters: ['counted'],
  run: (reader, uid = new Uint8Array(0)) => ({
    takesMs: CARD_TIME_MS.find,
    finish: () => {
      const card = typeACards(reader).find((candidate) => candidate.uid.join() === uid.join())
      card?.select()
      reader.typeA = card ?? reader.typeA
      return [card === undefined ? FALSE : TRUE]
    },
  }),
}

/** What was told at the last selection, whether the card is still there or not. */
const remembered = (tell: (card: TypeACard) => readonly number[]): Command => ({
  parameters: [],
  run: ({ typeA }) => (typeA === undefined ? atOnce(FALSE) : atOnce(TRUE, ...tell(typeA))),
})

/** DocRev25 §1.5.10, §1.5.11, §1.5.17 and §1.5.26. */
export const typeACommands: Commands = new Map<number, Command>([
  [0x0b00, login],
  [0x0b01, reading(0x30, [1])],
  [0x0b02, writing(0xa0, 16)],
  [0x0c00, reading(0x30, [1])],
  [0x0c01, writing(0xa2, 4)],
  [0x0c05, fastRead],
  [0x0c09, reading(0x60, [])],
  [0x0c0a, passwordAuthentication],
  [0x2000, reading(0x30, [1])],
  [0x2001, writing(0xa2, 4)],
  [0x2002, fastRead],
  [0x2005, reading(0x60, [])],
  [0x2006, passwordAuthentication],
  [0x1204, remembered(({ atqa }) => [atqa & 0xff, atqa >> 8])],
  [0x1205, remembered(({ sak }) => [sak])],
  [0x1207, exchangeRaw],
  [0x1208, searchMultiTag],
  [0x1209, selectTag],
])
