/**
 * T5577 (ATA5577C): eight blocks of 32 bits on page 0. Block 0 is the configuration, blocks 1 to 6 are data, block 7 is
 * the password or data. The chip imitates other transponders by what it sends from block 1 on.
 * Sources: Proxmark3 `client/src/cmdlft55xx.h` and `doc/T5577_Guide.md`, Flipper `lib/lfrfid/tools/t5577.h`.
 * @module
 */
import type { CardWrite } from '../contract/card.ts'
import { BridgeError } from '../contract/errors.ts'
import { encodeEm4100 } from './em4100.ts'
import { encodeHidProx } from './hid-prox.ts'

export const t5577BlockCount = 8
const t5577BlockSizeBytes = 4

const bitRates = [8, 16, 32, 40, 50, 64, 100, 128] as const
const modulations = {
  direct: 0x00000,
  psk1: 0x01000,
  psk2: 0x02000,
  psk3: 0x03000,
  fsk1: 0x04000,
  fsk2: 0x05000,
  fsk1a: 0x06000,
  fsk2a: 0x07000,
  manchester: 0x08000,
  biphase: 0x10000,
  diphase: 0x18000,
} as const
const MODULATION_MASK = 0x1f000
const PASSWORD = 0x10
const ANSWER_ON_REQUEST = 0x200
const EXTENDED_MODE = 0x20000
/** 6 disables the test mode for good; together with extended mode it opens further settings. */
const MASTER_KEY_MASK = 0xf0000000

export type T5577Modulation = keyof typeof modulations

/** A configuration word of basic mode. */
export interface T5577Configuration {
  /** RF/n: carrier periods for each data bit. */
  readonly bitRate: (typeof bitRates)[number]
  readonly modulation: T5577Modulation
  /** How many blocks the chip sends, from block 1 on: 0 to 7. */
  readonly blocksSent: number
  /** Every command needs the password of block 7. A chip with an unknown one ignores writes without a word. */
  readonly isPasswordOn: boolean
}

/** The 32 bits of a configuration. */
export const encodeT5577Configuration = (configuration: T5577Configuration): number =>
  (bitRates.indexOf(configuration.bitRate) << 18) |
  modulations[configuration.modulation] |
  (configuration.blocksSent << 5) |
  (configuration.isPasswordOn ? PASSWORD : 0)

/** What a configuration word says, or undefined for extended mode and for a modulation that there is not. */
export const decodeT5577Configuration = (word: number): T5577Configuration | undefined => {
  const modulation = modulationNames.find((name) => modulations[name] === (word & MODULATION_MASK))
  const bitRate = bitRates[(word >>> 18) & 7]
  if ((word & EXTENDED_MODE) !== 0 || modulation === undefined || bitRate === undefined) return undefined
  return { bitRate, modulation, blocksSent: (word >>> 5) & 7, isPasswordOn: (word & PASSWORD) !== 0 }
}
const modulationNames = Object.keys(modulations) as readonly T5577Modulation[]

/** The writes that make the chip an EM4100 with this five-byte ID: data first, configuration last. Throws `order_invalid`. */
export const t5577AsEm4100 = (id: Uint8Array): readonly CardWrite[] =>
  writesOf(encodeEm4100(id), { bitRate: 64, modulation: 'manchester', blocksSent: 2, isPasswordOn: false })

/** The writes that make the chip a HID Prox card with these 26 to 37 Wiegand bits, as above. Throws `order_invalid`. */
export const t5577AsHidProx = (bits: string): readonly CardWrite[] =>
  writesOf(encodeHidProx(bits), { bitRate: 50, modulation: 'fsk2a', blocksSent: 3, isPasswordOn: false })

const writesOf = (stream: Uint8Array, configuration: T5577Configuration): readonly CardWrite[] => {
  const word = new Uint8Array(t5577BlockSizeBytes)
  new DataView(word.buffer).setUint32(0, encodeT5577Configuration(configuration))
  const blocks = Array.from({ length: configuration.blocksSent }, (_, index) =>
    writeOf(index + 1, stream.slice(index * t5577BlockSizeBytes, (index + 1) * t5577BlockSizeBytes)),
  )
  return [...blocks, writeOf(0, word)]
}

const writeOf = (block: number, data: Uint8Array): CardWrite => ({ at: { kind: 'lfBlock', block }, data })

/**
 * Lets pass only writes that leave the chip writable for everybody.
 * Throws `card_incompatible` for a block beyond the chip; `not_supported` for data of another length than 4, for block 7
 * (the password), and for a configuration with password, answer on request, extended mode or a master key.
 */
export const checkT5577Write = (block: number, data: Uint8Array): void => {
  if (!Number.isInteger(block) || block < 0 || block >= t5577BlockCount) {
    throw new BridgeError('card_incompatible', `A T5577 has no block ${block}.`)
  }
  if (data.length !== t5577BlockSizeBytes)
    throw new BridgeError('not_supported', 'A T5577 block has 4 bytes.')
  if (block === t5577BlockCount - 1) throw new BridgeError('not_supported', 'Block 7 is the password.')
  if (block !== 0) return
  const word = new DataView(data.buffer, data.byteOffset, data.byteLength).getUint32(0)
  if ((word & (PASSWORD | ANSWER_ON_REQUEST | EXTENDED_MODE | MASTER_KEY_MASK)) !== 0) {
    throw new BridgeError('not_supported', 'The configuration would close the chip to further writes.')
  }
}
