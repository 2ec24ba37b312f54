import { BridgeError } from '../contract/index.ts'
import { dataRights, decodeAccessBits } from './access-bits.ts'
import { ACK, type CardAnswer, KEY_REFUSED, NAK, reply, SILENT, type TypeACard } from './emulated-card.ts'

const BLOCK = 16

/** AN10833: SAK and ATQA; a 7-byte UID adds 0x40 to the ATQA. */
const MODELS = {
  'mifare-classic-mini': { blocks: 20, sak: 0x09, atqa: 0x0004 },
  'mifare-classic-1k': { blocks: 64, sak: 0x08, atqa: 0x0004 },
  'mifare-classic-4k': { blocks: 256, sak: 0x18, atqa: 0x0002 },
} as const

/** Transport configuration: both keys FF, access bytes FF 07 80, general purpose byte 69 (MF1S503x §8.6.3). */
const FACTORY_TRAILER = [
  ...Array<number>(6).fill(0xff),
  0xff,
  0x07,
  0x80,
  0x69,
  ...Array<number>(6).fill(0xff),
]

const sectorOf = (block: number): number => (block < 128 ? block >> 2 : 32 + ((block - 128) >> 4))
const trailerOf = (block: number): number => (block < 128 ? block | 3 : block | 15)
const isTrailer = (block: number): boolean => trailerOf(block) === block
/** The access bits' position of a data block: 0 to 2. */
const positionOf = (block: number): number => (block < 128 ? block & 3 : Math.floor(((block - 128) & 15) / 5))

const manufacturerBlock = (uid: Uint8Array, sak: number, atqa: number): Uint8Array => {
  const block = new Uint8Array(BLOCK)
  const checkByte = uid.length === 4 ? [uid.reduce((sum, byte) => sum ^ byte, 0)] : []
  block.set([...uid, ...checkByte, sak, atqa & 0xff, atqa >> 8])
  return block
}

/** The value of a value block (MF1S503x §8.6.2.1), or undefined when the block is not of that format. */
const decodeValue = (block: Uint8Array): { value: number; address: number } | undefined => {
  const view = new DataView(block.buffer, block.byteOffset, BLOCK)
  const value = view.getInt32(0, true)
  const address = view.getUint8(12)
  const isValue =
    view.getInt32(4, true) === ~value &&
    view.getInt32(8, true) === value &&
    view.getUint8(13) === (~address & 0xff) &&
    view.getUint8(14) === address &&
    view.getUint8(15) === (~address & 0xff)
  return isValue ? { value, address } : undefined
}

const encodeValue = (value: number, address: number): Uint8Array => {
  const block = new Uint8Array(BLOCK)
  const view = new DataView(block.buffer)
  view.setInt32(0, value, true)
  view.setInt32(4, ~value, true)
  view.setInt32(8, value, true)
  block.set([address, ~address, address, ~address], 12)
  return block
}

/**
 * Makes a MIFARE Classic card with enforced access bits. Block 0 is read-only, keys read as zero, and a trailer with invalid
 * access bits locks its sector. Throws `request_invalid` for a UID that is not 4 or 7 bytes, or for more memory than the card
 * has.
 */
export const createMifareClassic = (
  technology: keyof typeof MODELS,
  uid: Uint8Array,
  memory: Uint8Array = new Uint8Array(0),
): TypeACard => {
  const model = MODELS[technology]
  if (uid.length !== 4 && uid.length !== 7) {
    throw new BridgeError('request_invalid', 'The UID of a MIFARE Classic has 4 or 7 bytes.')
  }
  const { blocks, sak } = model
  const atqa = uid.length === 7 ? model.atqa | 0x40 : model.atqa

  const cells = new Uint8Array(blocks * BLOCK)
  const cell = (block: number): Uint8Array => cells.subarray(block * BLOCK, (block + 1) * BLOCK)
  cells.set(manufacturerBlock(uid, sak, atqa))
  for (let block = 0; block < blocks; block += 1) if (isTrailer(block)) cell(block).set(FACTORY_TRAILER)
  if (memory.length > cells.length) {
    throw new BridgeError(
      'request_invalid',
      `A ${technology} holds ${cells.length} bytes, not ${memory.length}.`,
    )
  }
  cells.set(memory)

  const writeCounts = Array<number>(blocks).fill(0)
  let isActive = false
  let session: { readonly sector: number; readonly key: 'A' | 'B' } | undefined
  let transferBuffer: { readonly value: number; readonly address: number } | undefined

  const halt = (): void => {
    isActive = false
    session = undefined
    transferBuffer = undefined
  }

  const store = (block: number, bytes: Uint8Array): CardAnswer => {
    cell(block).set(bytes)
    writeCounts[block] = (writeCounts[block] ?? 0) + 1
    return ACK
  }

  const readTrailer = (block: number, may: (keys: string) => boolean): CardAnswer => {
    const rights = decodeAccessBits(cell(block))?.trailer
    if (rights === undefined || !may(rights.readAccess)) return NAK
    const bytes = cell(block).slice()
    bytes.fill(0, 0, 6)
    if (!may(rights.readKeyB)) bytes.fill(0, 10)
    return reply(...bytes)
  }

  /** Each third of the trailer follows its own right; the card takes a write when it may change any of them. */
  const writeTrailer = (block: number, bytes: Uint8Array, may: (keys: string) => boolean): CardAnswer => {
    const rights = decodeAccessBits(cell(block))?.trailer
    if (rights === undefined) return NAK
    const [keyA, access, keyB] = [may(rights.writeKeyA), may(rights.writeAccess), may(rights.writeKeyB)]
    if (!keyA && !access && !keyB) return NAK
    const merged = cell(block).slice()
    if (keyA) merged.set(bytes.subarray(0, 6), 0)
    if (access) merged.set(bytes.subarray(6, 10), 6)
    if (keyB) merged.set(bytes.subarray(10), 10)
    return store(block, merged)
  }

  const answer = (command: Uint8Array): CardAnswer => {
    const [code, block = 0] = command
    const operand = command.subarray(2)
    if (session === undefined || block >= blocks || sectorOf(block) !== session.sector) return NAK
    const { key } = session
    const may = (keys: string): boolean => keys.includes(key)
    if (isTrailer(block)) {
      if (code === 0x30) return readTrailer(block, may)
      if (code === 0xa0 && operand.length === BLOCK) return writeTrailer(block, operand, may)
      return NAK
    }
    const sector = decodeAccessBits(cell(trailerOf(block)))
    if (sector === undefined) return NAK
    const rights = dataRights(sector, positionOf(block))
    switch (code) {
      case 0x30:
        return may(rights.read) ? reply(...cell(block)) : NAK
      case 0xa0:
        return block !== 0 && operand.length === BLOCK && may(rights.write) ? store(block, operand) : NAK
      case 0xc0:
      case 0xc1:
      case 0xc2: {
        const stored = decodeValue(cell(block))
        if (stored === undefined || !may(code === 0xc1 ? rights.increment : rights.decrement)) return NAK
        const amount =
          operand.length === 4 ? new DataView(operand.buffer, operand.byteOffset).getInt32(0, true) : 0
        const change = { 0xc0: -amount, 0xc1: amount, 0xc2: 0 }[code]
        transferBuffer = { value: (stored.value + change) | 0, address: stored.address }
        return ACK
      }
      case 0xb0:
        if (block === 0 || transferBuffer === undefined || !may(rights.decrement)) return NAK
        return store(block, encodeValue(transferBuffer.value, transferBuffer.address))
      default:
        return NAK
    }
  }

  return {
    family: 'typeA',
    technology,
    uid,
    atqa,
    sak,
    blockSize: BLOCK,
    select: () => {
      halt()
      isActive = true
    },
    halt,
    get isActive() {
      return isActive
    },
    authenticate: (presented) => {
      if (!isActive) return SILENT
      session = undefined
      transferBuffer = undefined
      const trailer = cell(trailerOf(presented.block))
      const rights = presented.block < blocks ? decodeAccessBits(trailer)?.trailer : undefined
      const stored = presented.type === 'A' ? trailer.subarray(0, 6) : trailer.subarray(10)
      // A key B that can be read serves as data and opens nothing (MF1S503x §8.7.2).
      const isKey = rights !== undefined && (presented.type === 'A' || rights.readKeyB === '')
      const isRight = [...stored, ...uid.slice(-4)].join() === [...presented.key, ...presented.uidTail].join()
      if (!isKey || !isRight) {
        halt()
        return KEY_REFUSED
      }
      session = { sector: sectorOf(presented.block), key: presented.type }
      return ACK
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
