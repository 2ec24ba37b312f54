import { BridgeError, type CardTechnology } from '../contract/index.ts'
import { ACK, type CardAnswer, KEY_REFUSED, NAK, reply, SILENT, type TypeACard } from './emulated-card.ts'
import { createPageCounters } from './page-counters.ts'
import { createPageLocks } from './page-locks.ts'
import { factoryMemory, PAGE, pageModels } from './page-models.ts'
import { createPageProtection } from './page-protection.ts'

const LOCK_PAGE = 2
const ONE_WAY_PAGE = 3
/** READ answers four pages. */
const READ_PAGES = 4
/** Ultralight C's answer to AUTHENTICATE (MF0ICU2 §7.4.5): the number 0102030405060708, encrypted with the key of a new card. */
const CHALLENGE = [0xaf, 0x14, 0x87, 0x2d, 0xc9, 0x70, 0x7c, 0x94, 0xa5]

/**
 * Makes a card of the Ultralight and NTAG21x family, whose pages have 4 bytes. It enforces lock bits, one-way bits, password,
 * AUTH0, PROT, AUTHLIM and CFGLCK, and refuses every command that its chip has not. Its originality signature is zeros,
 * since only NXP can sign; Ultralight C refuses every answer to its challenge and does not enforce its later lock bytes;
 * mirrors and VCSL do not exist. Throws `request_invalid` for a UID that is not 7 bytes, or for too much memory.
 */
export const createPageCard = (
  technology: CardTechnology,
  uid: Uint8Array,
  memory: Uint8Array = new Uint8Array(0),
): TypeACard => {
  const model = pageModels[technology]
  if (model === undefined) throw new BridgeError('request_invalid', `A ${technology} has no pages.`)
  if (uid.length !== 7) throw new BridgeError('request_invalid', `The UID of a ${technology} has 7 bytes.`)
  const cells = factoryMemory(model, uid)
  if (memory.length > cells.length) {
    throw new BridgeError(
      'request_invalid',
      `A ${technology} holds ${cells.length} bytes, not ${memory.length}.`,
    )
  }
  cells.set(memory)
  const writeCounts = Array<number>(model.pages).fill(0)
  const locks = createPageLocks(model, cells)
  const protection = createPageProtection(model, cells)
  const counters = createPageCounters(model, protection)
  let isActive = false
  let isChallenging = false

  const halt = (): void => {
    isActive = false
    isChallenging = false
    protection.close()
    counters.reset()
  }

  const pageOf = (page: number): Uint8Array => cells.subarray(page * PAGE, (page + 1) * PAGE)

  /** As the card reads it out: password and acknowledgement as zeros. */
  const shown = (page: number): Uint8Array =>
    protection.isHidden(page) ? new Uint8Array(PAGE) : pageOf(page)

  /** It goes on from page 0 behind the last page that may be read now. */
  const read = (first: number): CardAnswer => {
    const readable = protection.firstUnreadable()
    if (first >= readable) return NAK
    counters.countReading()
    const pages = Array.from({ length: READ_PAGES }, (_, index) => [...shown((first + index) % readable)])
    return reply(...pages.flat())
  }

  const fastRead = (first: number, last: number): CardAnswer => {
    if (model.version === undefined || first > last || last >= protection.firstUnreadable()) return NAK
    counters.countReading()
    return reply(...Array.from({ length: last - first + 1 }, (_, index) => [...shown(first + index)]).flat())
  }

  const merge = (page: number, bytes: Uint8Array): Uint8Array => {
    if (page === LOCK_PAGE) return locks.writeStatic(bytes)
    if (page === ONE_WAY_PAGE) return pageOf(page).map((byte, index) => byte | (bytes[index] ?? 0))
    return page === model.dynamicLock?.page ? locks.writeDynamic(bytes) : bytes
  }

  const write = (page: number, bytes: Uint8Array): CardAnswer => {
    if (page < LOCK_PAGE || page >= model.pages || locks.isLocked(page) || !protection.mayWrite(page))
      return NAK
    pageOf(page).set(merge(page, bytes))
    writeCounts[page] = (writeCounts[page] ?? 0) + 1
    return ACK
  }

  const answer = (command: Uint8Array): CardAnswer => {
    const [code, first = 0, second = 0] = command
    if (isChallenging) return NAK
    switch (`${code?.toString(16)} ${command.length}`) {
      case '30 2':
        return read(first)
      case '3a 3':
        return fastRead(first, second)
      case 'a2 6':
        return write(first, command.subarray(2))
      case 'a0 18':
        return write(first, command.subarray(2, 2 + PAGE))
      case '60 1':
        return model.version === undefined ? NAK : reply(...model.version)
      case '1b 5':
        return protection.authenticate(command.subarray(1))
      case '1a 2':
        isChallenging = technology === 'mifare-ultralight-c' && first === 0
        return isChallenging ? reply(...CHALLENGE) : NAK
      case '3c 2':
        return model.version === undefined ? NAK : { kind: 'data', bytes: new Uint8Array(32) }
      default:
        return counters.answer(command)
    }
  }

  return {
    family: 'typeA',
    technology,
    uid,
    atqa: 0x0044,
    sak: 0x00,
    blockSize: PAGE,
    select: () => {
      halt()
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
