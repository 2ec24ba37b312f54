import { findEm4100Id } from '../../src/emulation/em4100.ts'
import type { LfCommand } from '../../src/emulation/lf-card.ts'
import { CARD_TIME_MS } from '../../src/emulation/line-timing.ts'
import { atOnce, type Command, type Commands, FALSE, TRUE, uint32, valueOf } from './emulator-commands.ts'
import { lfCard, type Reader, SUPPORTED, switchFieldOff, typeACards } from './emulator-reader.ts'

const EM4102 = 0x40
const MIFARE = 0x80
const hasType = (mask: number, type: number): boolean => (mask & (1 << (type & 0x1f))) !== 0

const tagResult = (type: number, id: Uint8Array, maxBytes: number): readonly number[] => {
  const copied = id.slice(0, maxBytes)
  return [TRUE, type, id.length * 8, copied.length, ...copied]
}

/** What a transponder that sends Manchester at RF/64 or RF/32 says as an EM4102. */
const em4102Id = (reader: Reader): Uint8Array | undefined => {
  const signal = lfCard(reader)?.signal
  const isHeard = signal?.modulation === 'manchester' && [64, 32].includes(signal.bitRate)
  return isHeard ? findEm4100Id(signal.bits) : undefined
}

/** DocRev25 §1.5.4.1. High frequency comes first here; the real order is not documented. */
const searchTag: Command = {
  parameters: [1],
  run: (reader, maxBytes = new Uint8Array(1)) => ({
    takesMs: CARD_TIME_MS.find,
    finish: () => {
      switchFieldOff(reader)
      const [card] = hasType(reader.hfTypes, MIFARE) ? typeACards(reader) : []
      if (card !== undefined) {
        card.select()
        reader.typeA = card
        return tagResult(MIFARE, card.uid, valueOf(maxBytes))
      }
      const id = hasType(reader.lfTypes, EM4102) ? em4102Id(reader) : undefined
      return id === undefined ? [FALSE] : tagResult(EM4102, id, valueOf(maxBytes))
    },
  }),
}

const noBytes = new Uint8Array(0)

/** "TWN4 API Reference" DocRev28, §16.2: Manchester only, at the rate and with the terminator that were set. */
const readBlock = (reader: Reader, command: LfCommand): Uint8Array | undefined => {
  const card = lfCard(reader)
  if (!reader.isLfOn || card?.signal?.modulation !== 'manchester') return undefined
  const hasTerminator = ((card.dump()[3] ?? 0) & 0x08) !== 0
  const isHeard = card.signal.bitRate === reader.lfBitRate && hasTerminator === reader.hasTerminator
  return isHeard ? card.read(command) : undefined
}

const reading: Command['run'] = (reader, [block = 0] = noBytes, password = noBytes) => ({
  takesMs: CARD_TIME_MS.read,
  finish: () => {
    const bytes = readBlock(reader, { page: 0, block, ...(password.length > 0 && { password }) })
    return bytes === undefined ? [FALSE] : [TRUE, ...bytes]
  },
})

/** The transponder acknowledges nothing, and so true means here that the reader has sent it. */
const writing =
  (isLocking: boolean): Command['run'] =>
  (reader, [block = 0] = noBytes, data = noBytes, password = noBytes) => ({
    takesMs: CARD_TIME_MS.write,
    finish: () => {
      const { faults, field } = reader
      const card = reader.isLfOn ? lfCard(reader) : undefined
      if (card === undefined || faults.take('nakWrites')) return [TRUE]
      const sent = data.slice()
      if (faults.take('flipWrittenBit')) sent[0] = (sent[0] ?? 0) ^ 0x01
      const isTorn = faults.take('tearWrite')
      if (isTorn) sent.set(card.dump().subarray(block * 4 + 2, block * 4 + 4), 2)
      card.write({ page: 0, block, ...(password.length > 0 && { password }) }, sent, isLocking)
      if (isTorn || faults.countDown('removeCardAfterWrites', 1)) field.remove()
      return [TRUE]
    },
  })

/** DocRev25 §1.5.4, §1.5.18 and §1.5.29. */
export const rfCommands: Commands = new Map<number, Command>([
  [0x0500, searchTag],
  [
    0x0501,
    {
      parameters: [],
      run: (reader) => {
        switchFieldOff(reader)
        return atOnce()
      },
    },
  ],
  [
    0x0502,
    {
      parameters: [4, 4],
      run: (reader, lf = noBytes, hf = noBytes) => {
        reader.lfTypes = (valueOf(lf) & SUPPORTED.lf) >>> 0
        reader.hfTypes = (valueOf(hf) & SUPPORTED.hf) >>> 0
        return atOnce()
      },
    },
  ],
  [0x0503, { parameters: [], run: (reader) => atOnce(...uint32(reader.lfTypes), ...uint32(reader.hfTypes)) }],
  [0x0504, { parameters: [], run: () => atOnce(...uint32(SUPPORTED.lf), ...uint32(SUPPORTED.hf)) }],
  [
    0x1500,
    {
      parameters: [],
      run: (reader) => {
        switchFieldOff(reader)
        reader.isLfOn = true
        return atOnce()
      },
    },
  ],
  [0x1501, { parameters: [1], run: reading }],
  [0x1502, { parameters: [1, 4], run: reading }],
  [0x1503, { parameters: [1, 4], run: writing(false) }],
  [0x1504, { parameters: [1, 4, 4], run: writing(false) }],
  [0x1505, { parameters: [1, 4], run: writing(true) }],
  [0x1506, { parameters: [1, 4, 4], run: writing(true) }],
  [0x2300, { parameters: [], run: () => atOnce(...uint32(1)) }],
])
