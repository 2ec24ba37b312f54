import { BridgeError } from 'encoder-bridge/driver'
import { decodeT5577Configuration } from '../../src/cards/t5577.ts'
import type { Line } from './line.ts'
import * as twn4 from './protocol.ts'

/** A transponder at 125 kHz acknowledges nothing and is easily missed. */
const MAX_READS = 2

/** The configuration's sequence terminator (Proxmark3, `client/src/cmdlft55xx.h`). */
const SEQUENCE_TERMINATOR = 0x08
/** Bits that an ordinary configuration has not: fixed zeros, answer on request, one-time bits (ATA5577C §4.11). */
const UNUSUAL_BITS = 0x0fe00306

/** As an EM4100 is imitated, and then as a new chip sends, with the terminator or without it (000880E8, 000880E0). */
const receptions: readonly twn4.T5577Reception[] = [
  { bitRate: 64, isTerminated: false },
  { bitRate: 32, isTerminated: true },
  { bitRate: 32, isTerminated: false },
]

/** T5577 transponders. They have no identifier: one can't be told from another. */
export interface LfAccess {
  /**
   * Whether there is one that the reader can receive. `isEm4100`: a search has just found an EM4100, which it may imitate.
   * Otherwise each call tries the next of the usual ways of sending.
   */
  find(isEm4100: boolean): Promise<boolean>
  /** Rejects `card_removed`. */
  read(block: number): Promise<Uint8Array>
  /** Resolves when the reader has sent it: the transponder acknowledges nothing. Rejects `card_removed`, `card_write_refused`. */
  write(block: number, data: Uint8Array): Promise<void>
  forget(): void
}

export const createLfAccess = (line: Line): LfAccess => {
  let applied: twn4.T5577Reception | undefined
  let current = receptions[0] ?? { bitRate: 64, isTerminated: false }
  let isSelected = false
  let looks = 0

  /** Powers the transponder anew, since only then a new configuration is sure to be in force, and asks for its configuration. */
  const select = async (reception: twn4.T5577Reception): Promise<boolean> => {
    isSelected = false
    if (applied?.bitRate !== reception.bitRate || applied.isTerminated !== reception.isTerminated) {
      applied = undefined
      if (!(await line.call(twn4.setT5577Reception(reception)))) return false
      applied = reception
    }
    await line.call(twn4.setRfOff)
    await line.call(twn4.beginT5577)
    const configuration = await line.call(twn4.readT5577(0))
    const found = configuration === undefined ? undefined : receptionOf(configuration)
    isSelected = found?.bitRate === reception.bitRate && found.isTerminated === reception.isTerminated
    if (isSelected) current = reception
    return isSelected
  }

  const selectAny = async (candidates: readonly twn4.T5577Reception[]): Promise<boolean> => {
    for (const reception of candidates) if (await select(reception)) return true
    return false
  }

  const reselect = async (): Promise<void> => {
    if (!(await selectAny([current, ...receptions]))) throw new BridgeError('card_removed')
  }

  return {
    find: async (isEm4100) => {
      if (isEm4100) return selectAny(receptions.filter(({ isTerminated }) => !isTerminated))
      looks = (looks + 1) % receptions.length
      return selectAny(receptions.slice(looks, looks + 1))
    },
    read: async (block) => {
      for (let attempt = 1; attempt <= MAX_READS; attempt++) {
        if (!isSelected) await reselect()
        const data = await line.call(twn4.readT5577(block))
        if (data !== undefined) return data
        isSelected = false
      }
      throw new BridgeError('card_removed')
    },
    write: async (block, data) => {
      const next = block === 0 ? receptionOf(data) : current
      if (next === undefined) {
        throw new BridgeError(
          'not_supported',
          'The reader could not read such a configuration back: Manchester only.',
        )
      }
      if (!isSelected) await reselect()
      if (!(await line.call(twn4.writeT5577(block, data)))) {
        await reselect()
        throw new BridgeError('card_write_refused', `It is block ${block}.`)
      }
      if (block === 0) isSelected = false
      current = next
    },
    forget: () => {
      isSelected = false
      applied = undefined
    },
  }
}

/** How a transponder with this block 0 is to be listened to, or undefined for what the reader can't receive. */
const receptionOf = (block: Uint8Array): twn4.T5577Reception | undefined => {
  const word = new DataView(block.buffer, block.byteOffset, block.byteLength).getUint32(0)
  const configuration = decodeT5577Configuration(word)
  const isUsual = (word & UNUSUAL_BITS) === 0 && configuration?.modulation === 'manchester'
  if (!isUsual || configuration.isPasswordOn) return undefined
  return { bitRate: configuration.bitRate, isTerminated: (word & SEQUENCE_TERMINATOR) !== 0 }
}
