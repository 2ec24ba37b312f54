import { CARD_TIME_MS } from '../../src/emulation/line-timing.ts'
import { type CardAnswer, SILENT, type TypeACard } from '../../src/emulation/emulated-card.ts'
import { switchFieldOff, type Chip } from './emulator-chip.ts'
import { heardByCard, withCrc } from './emulator-crc.ts'

/**
 * A command under way. `finish` is called after `takesMs` and returns the answer behind its code, or undefined when the
 * chip goes on polling. `afterAnswer` runs when the answer has left.
 */
export interface Work {
  readonly takesMs: number
  /** Polls an empty field: takes its time in every mode, and ends early when a card comes. */
  readonly isWaiting?: boolean
  readonly finish: () => readonly number[] | undefined
  readonly afterAnswer?: () => void
}

/** Begins a command, or returns undefined for the error frame. */
export type Command = (chip: Chip, parameters: Uint8Array) => Work | undefined

const OK = 0x00
const TIMED_OUT = 0x01
const BAD_CRC = 0x02
const BAD_FORMAT = 0x13
const KEY_REFUSED = 0x14
const NO_SUCH_TARGET = 0x27

/** A work that needs the chip only. */
export const atOnce = (...answer: readonly number[]): Work => ({ takesMs: 0, finish: () => answer })

/** UIDs of 7 and 10 bytes come with their cascade tags 88 (UM0701-02 §7.3.5). */
const stripCascadeTags = (initiatorData: Uint8Array): string | undefined => {
  const bytes = [...initiatorData]
  switch (bytes.length) {
    case 4:
      return bytes.join()
    case 8:
      return bytes.slice(1).join()
    case 12:
      return [...bytes.slice(1, 4), ...bytes.slice(5)].join()
    default:
      return undefined
  }
}

const targetRecord = (card: TypeACard, target: number, isAtqaGarbled: boolean): number[] => {
  const atqa = isAtqaGarbled ? 0 : card.atqa
  return [target, atqa >> 8, atqa & 0xff, card.sak, card.uid.length, ...card.uid]
}

/** UM0701-02 §7.3.5; only type A has cards here, other modulations find nothing. */
export const listPassiveTarget: Command = (chip, [maxTargets = 0, modulation = 0xff, ...initiatorData]) => {
  const wanted =
    modulation === 0x00 && initiatorData.length > 0
      ? stripCascadeTags(Uint8Array.from(initiatorData))
      : undefined
  if (maxTargets < 1 || maxTargets > 2 || modulation > 0x04) return undefined
  if (modulation === 0x00 && initiatorData.length > 0 && wanted === undefined) return undefined

  const findCards = (): readonly TypeACard[] =>
    modulation === 0x00
      ? chip.field.cards
          .filter((card) => wanted === undefined || [...card.uid].join() === wanted)
          .slice(0, maxTargets)
      : []
  chip.isFieldOn = true
  const count = findCards().length
  return {
    takesMs: CARD_TIME_MS.find * (count > 0 ? count : chip.passiveRetries + 1),
    isWaiting: count === 0,
    finish: () => {
      const cards = findCards()
      if (cards.length === 0 && chip.passiveRetries === 0xff) return undefined
      // Cards that answer at once with different SENS_RES garble each other; the last one answers alone.
      const answering = (index: number): readonly TypeACard[] =>
        chip.field.cards.filter((card) => !cards.slice(0, index).includes(card))
      const records = cards.flatMap((card, index) =>
        targetRecord(
          card,
          index + 1,
          wanted === undefined && answering(index).some((other) => other.atqa !== card.atqa),
        ),
      )
      for (const card of chip.field.cards) card.halt()
      cards.at(-1)?.select()
      chip.targets = cards
      return [cards.length, ...records]
    },
  }
}

/** Runs a write on a card under the faults that concern writes. */
const writeUnderFaults = (chip: Chip, card: TypeACard, command: Uint8Array): CardAnswer => {
  const { faults, field } = chip
  if (card.isActive && faults.take('nakWrites')) {
    card.halt()
    return { kind: 'nak' }
  }
  const sent = command.slice()
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

/** MIFARE commands that InDataExchange knows, with their length and how long the card takes. */
const MIFARE_COMMANDS = new Map([
  [0x60, { lengths: [12], takesMs: CARD_TIME_MS.authenticate }],
  [0x61, { lengths: [12], takesMs: CARD_TIME_MS.authenticate }],
  [0x30, { lengths: [2], takesMs: CARD_TIME_MS.read }],
  [0xa0, { lengths: [18], takesMs: CARD_TIME_MS.write }],
  [0xa2, { lengths: [6], takesMs: CARD_TIME_MS.write }],
  [0xb0, { lengths: [2], takesMs: CARD_TIME_MS.write }],
  [0xc0, { lengths: [6], takesMs: CARD_TIME_MS.read }],
  [0xc1, { lengths: [6], takesMs: CARD_TIME_MS.read }],
  [0xc2, { lengths: [2, 6], takesMs: CARD_TIME_MS.read }],
])

const runMifareCommand = (chip: Chip, card: TypeACard, command: Uint8Array): CardAnswer => {
  const [code, block = 0] = command
  if (code === 0x60 || code === 0x61) {
    const type = code === 0x60 ? 'A' : 'B'
    return card.authenticate({ type, block, key: command.subarray(2, 8), uidTail: command.subarray(8, 12) })
  }
  return code === 0xa0 || code === 0xa2 ? writeUnderFaults(chip, card, command) : card.exchange(command)
}

/** The status that InDataExchange reports: a NAK is 13 (chrome-nfc issue 12), a silent card 01. */
const dataExchangeAnswer = (answer: CardAnswer): readonly number[] => {
  switch (answer.kind) {
    case 'data':
      return [OK, ...answer.bytes]
    case 'ack':
      return [OK]
    case 'nak':
      return [BAD_FORMAT]
    case 'keyRefused':
      return [KEY_REFUSED]
    case 'silent':
      return [TIMED_OUT]
  }
}

/** InCommunicateThru expects a CRC, which a 4-bit ACK or NAK has not: 02 for both (nfcpy). */
const communicateThruAnswer = (answer: CardAnswer): readonly number[] =>
  answer.kind === 'ack' || answer.kind === 'nak' ? [BAD_CRC] : dataExchangeAnswer(answer)

const exchangeWith = (
  chip: Chip,
  card: TypeACard | undefined,
  cardTimeMs: number,
  run: (present: TypeACard) => readonly number[],
): Work => ({
  takesMs: card?.isActive === true ? cardTimeMs : CARD_TIME_MS.silence,
  finish: () => {
    const forced = chip.faults.takeValue('errorStatus')
    const answer = forced !== undefined ? [forced] : card === undefined ? [TIMED_OUT] : run(card)
    chip.lastStatus = answer[0] ?? OK
    return answer
  },
})

/** UM0701-02 §7.3.8, for MIFARE cards. Other card commands end in the error frame (libnfc issue 516). */
export const dataExchange: Command = (chip, parameters) => {
  const [target = 0] = parameters
  const command = parameters.slice(1)
  const known = MIFARE_COMMANDS.get(command[0] ?? -1)
  if (known === undefined || !known.lengths.includes(command.length)) return undefined
  const card = chip.targets[target - 1]
  if (card === undefined) return atOnce(NO_SUCH_TARGET)
  return exchangeWith(chip, card, known.takesMs, (present) =>
    dataExchangeAnswer(runMifareCommand(chip, present, command)),
  )
}

/** UM0701-02 §7.3.9: raw bytes to the card that is active. Without data it is an error (libnfc issue 534). */
export const communicateThru: Command = (chip, sent) => {
  if (sent.length === 0) return undefined
  const active = chip.targets.find((card) => card.isActive)
  const command = heardByCard(chip, sent)
  const isWrite = command?.[0] === 0xa0 || command?.[0] === 0xa2
  return exchangeWith(chip, active, isWrite ? CARD_TIME_MS.write : CARD_TIME_MS.read, (present) => {
    if (command === undefined) return communicateThruAnswer(SILENT)
    const answer = isWrite ? writeUnderFaults(chip, present, command) : present.exchange(command)
    return communicateThruAnswer(withCrc(chip, answer))
  })
}

const forTargets =
  (act: (chip: Chip, cards: readonly TypeACard[]) => number): Command =>
  (chip, [target, ...rest]) => {
    if (target === undefined || rest.length > 0 || target > 2) return undefined
    const cards = target === 0 ? chip.targets : chip.targets.slice(target - 1, target)
    return {
      takesMs: 0,
      finish: () => [cards.length === 0 && target !== 0 ? NO_SUCH_TARGET : act(chip, cards)],
    }
  }

const haltAll = (cards: readonly TypeACard[]): number => {
  for (const card of cards) card.halt()
  return OK
}

/** UM0701-02 §7.3.10: Tg 00 means every target. */
export const deselect = forTargets((_chip, cards) => haltAll(cards))

/** UM0701-02 §7.3.11: as InDeselect, and the chip forgets the target. */
export const release = forTargets((chip, cards) => {
  if (cards.length === chip.targets.length) chip.targets = []
  return haltAll(cards)
})

/** UM0701-02 §7.3.12: wakes the target that was left halted and halts the other one. */
export const select = forTargets((chip, cards) => {
  haltAll(chip.targets)
  const card = cards[0]
  if (card === undefined || !chip.field.cards.includes(card)) return TIMED_OUT
  card.select()
  return OK
})

/** RFConfiguration item 01 (UM0701-02 §7.3.1). */
export const configureField = (chip: Chip, setting: number): void => {
  if ((setting & 0x01) === 0) switchFieldOff(chip)
  else chip.isFieldOn = true
}
