import { BridgeError } from '../contract/index.ts'
import type { LfCard, LfCommand, LfModulation, LfSignal } from './lf-card.ts'

const BLOCK = 4
/** Blocks 0 to 7 of page 0, then blocks 1 to 3 of page 1, whose block 0 shows the configuration again. */
const PLACES = 11
const PASSWORD_PLACE = 7
/** The configuration of a new chip: Manchester, RF/32, 7 blocks sent (Proxmark3, `client/src/cmdlft55xx.h`). */
const FACTORY_CONFIGURATION = [0x00, 0x08, 0x80, 0xe8]
/** Blocks 1 and 2 of page 1: the maker's, and locked. Allocation class E0 and Atmel's 15 come first; the rest is made up. */
const TRACEABILITY = [0xe0, 0x15, 0x0a, 0x11, 0x22, 0x33, 0x44, 0x55]
const TRACEABILITY_PLACES = [8, 9]

const BIT_RATES = [8, 16, 32, 40, 50, 64, 100, 128]
const MODULATIONS = new Map<number, LfModulation>([
  [0x00, 'direct'],
  [0x01, 'psk1'],
  [0x02, 'psk2'],
  [0x03, 'psk3'],
  [0x04, 'fsk1'],
  [0x05, 'fsk2'],
  [0x06, 'fsk1a'],
  [0x07, 'fsk2a'],
  [0x08, 'manchester'],
  [0x10, 'biphase'],
  [0x18, 'diphase'],
])

/** Block 0 of page 0, from its least significant bit (Proxmark3, `doc/T5577_Guide.md`). */
const PASSWORD_ON = 0x10
const ANSWER_ON_REQUEST = 0x200
const EXTENDED_MODE = 0x20000

/**
 * Makes a T5577 (ATA5577C). Its memory and its counts have eleven places: blocks 0 to 7 of page 0, then 1 to 3 of page 1. Block
 * 0 is the configuration, and what the chip sends from block 1 on follows it. With the password on, a command without block 7's
 * password does nothing, and says nothing. In extended mode this one sends nothing. Throws `request_invalid` for more memory
 * than the chip has.
 */
export const createT5577 = (uid: Uint8Array, memory: Uint8Array = new Uint8Array(0)): LfCard => {
  const cells = new Uint8Array(PLACES * BLOCK)
  if (memory.length > cells.length) {
    throw new BridgeError('request_invalid', `A T5577 holds ${cells.length} bytes, not ${memory.length}.`)
  }
  cells.set(FACTORY_CONFIGURATION)
  cells.set(TRACEABILITY, BLOCK * 8)
  cells.set(memory)
  const writeCounts = Array<number>(PLACES).fill(0)
  const locked = new Set(TRACEABILITY_PLACES)

  const cell = (place: number): Uint8Array => cells.subarray(place * BLOCK, (place + 1) * BLOCK)
  const configuration = (): number => new DataView(cells.buffer).getUint32(0)
  const isPasswordOn = (): boolean => (configuration() & PASSWORD_ON) !== 0

  /** Where the command leads, or undefined when the chip ignores it. The long form is for a chip with the password on only. */
  const placeOf = ({ page, block, password }: LfCommand): number | undefined => {
    if (isPasswordOn() !== (password !== undefined)) return undefined
    if (password !== undefined && password.join() !== cell(PASSWORD_PLACE).join()) return undefined
    const place = page === 0 || block === 0 ? block : 7 + block
    return block < (page === 0 ? 8 : 4) ? place : undefined
  }

  const signal = (): LfSignal | undefined => {
    const word = configuration()
    const modulation = MODULATIONS.get((word >> 12) & 0x1f)
    const isMute = isPasswordOn() && (word & ANSWER_ON_REQUEST) !== 0
    if (modulation === undefined || isMute || (word & EXTENDED_MODE) !== 0) return undefined
    const blocksSent = (word >> 5) & 7
    // Without a block to send, block 0 is sent.
    const sent = blocksSent === 0 ? cell(0) : cells.subarray(BLOCK, BLOCK * (blocksSent + 1))
    const bits = Array.from(sent, (byte) => byte.toString(2).padStart(8, '0')).join('')
    return { bits, modulation, bitRate: BIT_RATES[(word >> 18) & 7] ?? 0 }
  }

  return {
    family: 'lf',
    technology: 't5577',
    uid,
    get signal() {
      return signal()
    },
    write: (command, bytes, isLocking = false) => {
      const place = placeOf(command)
      if (place === undefined || locked.has(place)) return
      cell(place).set(bytes)
      writeCounts[place] = (writeCounts[place] ?? 0) + 1
      if (isLocking) locked.add(place)
    },
    read: (command) => {
      const place = placeOf(command)
      return place === undefined ? undefined : cell(place).slice()
    },
    dump: () => cells.slice(),
    writeCounts,
  }
}
