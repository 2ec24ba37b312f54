import type { CardAnswer } from '../../src/emulation/emulated-card.ts'
import type { Chip } from './emulator-chip.ts'

/** CIU_TxMode and CIU_RxMode: bit 7 lets the chip add the CRC to what it sends, and check it off what it hears (PN532/C1 §8.6.23). */
export const TX_MODE = 0x6302
export const RX_MODE = 0x6303
export const CRC_ON = 0x80

const isOn = ({ registers }: Chip, mode: number): boolean => ((registers.get(mode) ?? 0) & CRC_ON) !== 0

/** CRC_A, low byte first (ISO/IEC 14443-3 Annex B). */
const crcA = (bytes: Uint8Array): readonly [number, number] => {
  let crc = 0x6363
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >> 1) ^ 0x8408 : crc >> 1
  }
  return [crc & 0xff, crc >> 8]
}

/** The command as the card takes it off the air, or undefined when its CRC is wrong: then the card stays silent. */
export const heardByCard = (chip: Chip, sent: Uint8Array): Uint8Array | undefined => {
  if (isOn(chip, TX_MODE)) return sent
  const command = sent.slice(0, -2)
  return crcA(command).join() === sent.slice(-2).join() ? command : undefined
}

/** The answer's bytes with the CRC that the chip leaves on them. */
export const withCrc = (chip: Chip, answer: CardAnswer): CardAnswer =>
  answer.kind === 'data' && !isOn(chip, RX_MODE)
    ? { kind: 'data', bytes: Uint8Array.of(...answer.bytes, ...crcA(answer.bytes)) }
    : answer
