import { BridgeError, type EmulatedCardOptions } from '../contract/index.ts'
import { ACK, KEY_REFUSED, NAK, SILENT, type CardAnswer, type EmulatedCard } from './emulated-card.ts'

const PAGE = 4
const PAGES = 16
const OTP_PAGE = 3

/**
 * Makes a MIFARE Ultralight (MF0ICU1) of 16 pages: enough to be a card of the wrong technology, to be read and to be
 * written. Its lock bytes cannot be set. Throws `request_invalid` for a UID that is not 7 bytes, or for too much memory.
 */
export const createUltralight = ({ type, memory }: EmulatedCardOptions, uid: Uint8Array): EmulatedCard => {
  if (uid.length !== 7) throw new BridgeError('request_invalid', 'The UID of an Ultralight has 7 bytes.')
  const cells = new Uint8Array(PAGES * PAGE)
  const [u0 = 0, u1 = 0, u2 = 0, ...rest] = uid
  // MF0ICU1 §7.5.1: the cascade tag 88 takes part in the first check byte; 48 is the internal byte.
  cells.set([u0, u1, u2, 0x88 ^ u0 ^ u1 ^ u2, ...rest, rest.reduce((sum, byte) => sum ^ byte, 0), 0x48])
  if (memory !== undefined) {
    if (memory.length > cells.length) {
      throw new BridgeError(
        'request_invalid',
        `An Ultralight holds ${cells.length} bytes, not ${memory.length}.`,
      )
    }
    cells.set(memory)
  }
  const writeCounts = Array<number>(PAGES).fill(0)
  let isActive = false

  const halt = (): void => {
    isActive = false
  }

  const write = (page: number, bytes: Uint8Array): CardAnswer => {
    if (page < OTP_PAGE || page >= PAGES) return NAK
    const old = cells.slice(page * PAGE)
    cells.set(page === OTP_PAGE ? bytes.map((byte, index) => byte | (old[index] ?? 0)) : bytes, page * PAGE)
    writeCounts[page] = (writeCounts[page] ?? 0) + 1
    return ACK
  }

  const answer = ([code, page = 0, ...operand]: Uint8Array): CardAnswer => {
    if (code === 0x30 && page < PAGES) {
      const wrapped = new Uint8Array([...cells, ...cells])
      return { kind: 'data', bytes: wrapped.slice(page * PAGE, page * PAGE + 16) }
    }
    if (code === 0xa2 && operand.length === PAGE) return write(page, Uint8Array.from(operand))
    // COMPATIBILITY WRITE carries 16 bytes, of which the card takes four.
    if (code === 0xa0 && operand.length === 16) return write(page, Uint8Array.from(operand.slice(0, PAGE)))
    return NAK
  }

  return {
    type,
    uid,
    atqa: 0x0044,
    sak: 0x00,
    blockSize: PAGE,
    select: () => {
      isActive = true
    },
    halt,
    get isActive() {
      return isActive
    },
    authenticate: () => {
      if (!isActive) return SILENT
      halt()
      return KEY_REFUSED
    },
    exchange: (command) => {
      if (!isActive) return SILENT
      const result = answer(command)
      if (result.kind === 'nak') halt()
      return result
    },
    dump: () => cells.slice(),
    writeCounts,
  }
}
