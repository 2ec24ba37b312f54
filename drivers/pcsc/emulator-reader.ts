import type { TypeACard } from '../../src/emulation/emulated-card.ts'
import type { CardField } from '../../src/emulation/card-field.ts'
import type { Faults } from './emulator-faults.ts'
import type { ReaderModel } from './emulator-models.ts'

/** What the reader remembers between commands. */
export interface Reader {
  readonly model: ReaderModel
  readonly field: CardField<'typeA'>
  readonly faults: Faults
  /** By structure and slot: only those of structure 20 outlive a loss of power. */
  readonly keys: Map<string, Uint8Array>
  /** Bit 0 is red, bit 1 green. */
  lights: number
  /** The card that has the reader's power: the first in the field, since a reader reports one. */
  card: TypeACard | undefined
}

const LASTING = 0x20

export const keyName = (structure: number, slot: number): string => `${structure} ${slot}`

/** GENERAL AUTHENTICATE names a slot only: its structure follows from where the reader has such a slot. */
export const findKey = ({ model, keys }: Reader, slot: number): Uint8Array | undefined => {
  for (const [structure, slots] of model.keySlots) {
    const key = slots.includes(slot) ? keys.get(keyName(structure, slot)) : undefined
    if (key !== undefined) return key
  }
  return undefined
}

/** The power went and came back. */
export const restartReader = (reader: Reader): void => {
  for (const name of reader.keys.keys()) if (!name.startsWith(`${LASTING} `)) reader.keys.delete(name)
  reader.lights = 0
  reader.card?.halt()
  reader.card = undefined
}
