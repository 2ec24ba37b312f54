import type { CardAnswer, TypeACard } from '../../src/emulation/emulated-card.ts'
import { CARD_TIME_MS } from '../../src/emulation/line-timing.ts'
import { findKey, keyName, type Reader } from './emulator-reader.ts'

/** An answer, and how long card and reader take for it. */
export interface Reply {
  readonly bytes: readonly number[]
  readonly takesMs: number
}

const DONE = [0x90, 0x00]
const FAILED = [0x63, 0x00]
const NO_SUCH_FUNCTION = [0x6a, 0x81]
const WRONG_LENGTH = [0x67, 0x00]
const NO_SUCH_CLASS = [0x6e, 0x00]

const atOnce = (...bytes: readonly number[]): Reply => ({ bytes, takesMs: 0 })

/** PC/SC part 3, §3.2.2.1: whatever a card refuses, the reader just reports that it failed. */
const fromCard = (answer: CardAnswer, takesMs: number): Reply => {
  const isDone = answer.kind === 'data' || answer.kind === 'ack'
  const data = answer.kind === 'data' ? answer.bytes : []
  return { bytes: isDone ? [...data, ...DONE] : FAILED, takesMs }
}

const getData = (card: TypeACard, p1: number): Reply =>
  p1 === 0x00 ? atOnce(...card.uid, ...DONE) : atOnce(...NO_SUCH_FUNCTION)

const loadKey = (reader: Reader, structure: number, slot: number, key: Uint8Array): Reply => {
  const { model, faults, keys } = reader
  if (key.length !== 6) return atOnce(...WRONG_LENGTH)
  if (faults.take('refuseKeys')) return atOnce(...FAILED)
  if (!model.keySlots.get(structure)?.includes(slot)) {
    return atOnce(model.keyRefusal >> 8, model.keyRefusal & 0xff)
  }
  keys.set(keyName(structure, slot), key)
  return atOnce(...DONE)
}

/** `01 00 block type slot`: version 1, type 60 for key A and 61 for key B. */
const authenticate = (reader: Reader, card: TypeACard, data: Uint8Array): Reply => {
  const [version, , block = 0, type, slot = 0] = data
  const key = findKey(reader, slot)
  if (data.length !== 5) return atOnce(...WRONG_LENGTH)
  if (version !== 0x01 || (type !== 0x60 && type !== 0x61) || key === undefined) return atOnce(...FAILED)
  const presented = { type: type === 0x60 ? 'A' : 'B', block, key, uidTail: card.uid.slice(-4) } as const
  return fromCard(card.authenticate(presented), CARD_TIME_MS.authenticate)
}

/** At most 16 bytes a time (ACR122U API V2.04, §5.3). */
const readBinary = (card: TypeACard, address: number, length: number): Reply => {
  if (length > 16) return atOnce(...FAILED)
  const answer = card.exchange(Uint8Array.of(0x30, address))
  const cut: CardAnswer =
    answer.kind === 'data' ? { kind: 'data', bytes: answer.bytes.slice(0, length) } : answer
  return fromCard(cut, CARD_TIME_MS.read)
}

/** A block of 16 bytes, or a page of four. */
const updateBinary = (reader: Reader, card: TypeACard, address: number, data: Uint8Array): Reply => {
  if (data.length !== card.blockSize) return atOnce(...WRONG_LENGTH)
  const code = card.blockSize === 16 ? 0xa0 : 0xa2
  return fromCard(writeUnderFaults(reader, card, Uint8Array.of(code, address, ...data)), CARD_TIME_MS.write)
}

/** Runs a write on a card under the faults that concern writes. */
const writeUnderFaults = ({ faults, field }: Reader, card: TypeACard, command: Uint8Array): CardAnswer => {
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
  if (answer.kind === 'ack' && faults.countDown('removeCardAfterWrites')) field.remove()
  return isTorn ? { kind: 'silent' } : answer
}

/** The PN532 reports a NAK as a CRC error, since InCommunicateThru expects one, and silence as 01 (UM0701-02 §7.1). */
const chipStatus = { data: 0x00, ack: 0x02, nak: 0x02, keyRefused: 0x14, silent: 0x01 } as const

/** Ultralight C's first answer of three: any challenge will do, because nobody goes on from here. */
const CHALLENGE: CardAnswer = { kind: 'data', bytes: Uint8Array.of(0xaf, 1, 2, 3, 4, 5, 6, 7, 8) }
const isUltralightCStart = ({ technology, isActive }: TypeACard, [code, argument]: Uint8Array): boolean =>
  technology === 'mifare-ultralight-c' && isActive && code === 0x1a && argument === 0x00

/** ACR122U API V2.04, §6.1: `D4 code …` to the chip, `D5 code+1 …` and 9000 from it. */
const directTransmit = (card: TypeACard, data: Uint8Array): Reply => {
  const [direction, code, ...rest] = data
  const parameters = Uint8Array.from(rest)
  if (direction === 0xd4 && code === 0x42 && parameters.length > 0) {
    const answer = isUltralightCStart(card, parameters) ? CHALLENGE : card.exchange(parameters)
    const bytes = answer.kind === 'data' ? answer.bytes : []
    return { bytes: [0xd5, 0x43, chipStatus[answer.kind], ...bytes, ...DONE], takesMs: CARD_TIME_MS.read }
  }
  if (direction === 0xd4 && code === 0x32 && parameters[0] === 0x01 && parameters.length === 2) {
    if (parameters[1] === 0x00) card.halt()
    return atOnce(0xd5, 0x33, ...DONE)
  }
  return atOnce(...FAILED)
}

/** ACR122U API V2.04, §6.2: it answers when the blinking is over, with the lights as they are then. */
const controlLights = (reader: Reader, control: number, timing: Uint8Array): Reply => {
  const [t1 = 0, t2 = 0, times = 0] = timing
  const mask = (control >> 2) & 0x03
  reader.lights = (reader.lights & ~mask) | (control & mask)
  return { bytes: [0x90, reader.lights], takesMs: (t1 + t2) * 100 * times }
}

/** One APDU to the card that has the reader's power. */
export const runApdu = (reader: Reader, card: TypeACard, apdu: Uint8Array): Reply => {
  const [cla, ins, p1 = 0, p2 = 0, length = 0] = apdu
  const { model } = reader
  const data = apdu.slice(5)
  if (cla !== 0xff) return atOnce(...NO_SUCH_CLASS)
  if (data.length > 0 && data.length !== length) return atOnce(...WRONG_LENGTH)
  switch (ins) {
    case 0xca:
      return getData(card, p1)
    case 0x82:
      return loadKey(reader, p1, p2, data)
    case 0x86:
      return authenticate(reader, card, data)
    case 0xb0:
      return readBinary(card, p2, length)
    case 0xd6:
      return updateBinary(reader, card, p2, data)
    case 0x00:
      if (p1 === 0x00 && model.hasPn532) return directTransmit(card, data)
      if (p1 === 0x40 && model.hasLights && data.length === 4) return controlLights(reader, p2, data)
      if (p1 === 0x48 && model.escape === 'acr122u') return atOnce(...textOf(model.firmware))
      return atOnce(...NO_SUCH_FUNCTION)
    default:
      return atOnce(...NO_SUCH_FUNCTION)
  }
}

const textOf = (text: string): readonly number[] => [...new TextEncoder().encode(text)]

/** A command to the reader itself. Undefined: it knows none of that kind. */
export const runEscape = (reader: Reader, command: Uint8Array): Reply | undefined => {
  const { escape, firmware } = reader.model
  const [cla, ins, p1, p2 = 0, length] = command
  if (escape === 'acr122u' && cla === 0xff && ins === 0x00) {
    if (p1 === 0x48) return atOnce(...textOf(firmware))
    if (p1 === 0x40 && length === 4) return controlLights(reader, p2, command.slice(5))
  }
  if (escape === 'acr1252u' && cla === 0xe0) return runAcr1252Escape(reader, p2, command.slice(5))
  return undefined
}

/** ACM1252U-Y3 Reference Manual V1.03, §5.3: `E0 00 00 code length …` is answered with `E1 00 00 00 length …`. */
const runAcr1252Escape = (reader: Reader, code: number, [value]: Uint8Array): Reply | undefined => {
  const answer = (...data: readonly number[]): Reply => atOnce(0xe1, 0x00, 0x00, 0x00, data.length, ...data)
  switch (code) {
    case 0x18:
      return answer(...textOf(reader.model.firmware))
    case 0x28:
      return value === undefined ? undefined : answer(value)
    case 0x29:
      reader.lights = value ?? reader.lights
      return answer(reader.lights)
    default:
      return undefined
  }
}
