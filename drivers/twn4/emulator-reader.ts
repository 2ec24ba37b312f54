import type { CardField } from '../../src/emulation/card-field.ts'
import type { TypeACard } from '../../src/emulation/emulated-card.ts'
import type { LfCard } from '../../src/emulation/lf-card.ts'
import type { Faults } from './emulator-faults.ts'

/** What the reader remembers between requests. */
export interface Reader {
  readonly field: CardField<'typeA' | 'lf'>
  readonly faults: Faults
  readonly nowMs: () => number
  lfTypes: number
  hfTypes: number
  /** The type A card that was selected last, gone or not. */
  typeA: TypeACard | undefined
  /** The field at 125 kHz stays on for AT55 functions. */
  isLfOn: boolean
  /** AT55_BITRATE and AT55_OPT_SEQUENCETERMINATOR. */
  lfBitRate: number
  hasTerminator: boolean
}

/** GetSupportedTagTypes of DocRev25 §1.5.4.5. */
export const SUPPORTED = { lf: 0x0007fe2f, hf: 0x000000f7 } as const

const POWER_ON = {
  lfTypes: SUPPORTED.lf,
  hfTypes: SUPPORTED.hf,
  typeA: undefined,
  isLfOn: false,
  lfBitRate: 64,
  hasTerminator: false,
} as const

export const createReader = (field: Reader['field'], faults: Faults, nowMs: () => number): Reader => ({
  ...POWER_ON,
  field,
  faults,
  nowMs,
})

/** Reset, or power that went away and came back. */
export const resetReader = (reader: Reader): void => {
  switchFieldOff(reader)
  Object.assign(reader, POWER_ON)
}

/** Without its field every card loses its power, and what was opened on it. */
export const switchFieldOff = (reader: Reader): void => {
  reader.isLfOn = false
  for (const card of typeACards(reader)) card.halt()
}

export const typeACards = ({ field }: Reader): readonly TypeACard[] =>
  field.cards.filter((card) => card.family === 'typeA')

/** The one transponder at 125 kHz; several drown each other. */
export const lfCard = ({ field }: Reader): LfCard | undefined => {
  const cards = field.cards.filter((card) => card.family === 'lf')
  return cards.length === 1 ? cards[0] : undefined
}
