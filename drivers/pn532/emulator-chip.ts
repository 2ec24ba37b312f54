import type { CardField } from '../../src/emulation/card-field.ts'
import type { TypeACard } from '../../src/emulation/emulated-card.ts'
import { CRC_ON, RX_MODE, TX_MODE } from './emulator-crc.ts'
import type { Faults } from './emulator-faults.ts'

/** What the chip remembers between commands. */
export interface Chip {
  readonly field: CardField<'typeA'>
  readonly faults: Faults
  /** `asleep` hears wake-up bytes only; `awake` takes SAMConfiguration only (LowVbat start of C106, AN10609_3). */
  power: 'asleep' | 'awake' | 'ready'
  /** Tg 1 and Tg 2. */
  targets: readonly TypeACard[]
  isFieldOn: boolean
  /** MxRtyPassiveActivation: FF polls for ever (UM0701-02 §7.3.1). */
  passiveRetries: number
  /** SetParameters. */
  flags: number
  samMode: number
  lastStatus: number
  readonly registers: Map<number, number>
  /** The speed that SetSerialBaudRate asked for, until the host's ACK puts it in force. */
  nextBaudRate: number | undefined
}

const POWER_ON = {
  power: 'asleep',
  targets: [],
  isFieldOn: false,
  passiveRetries: 0xff,
  flags: 0x14,
  samMode: 0x01,
  lastStatus: 0,
  nextBaudRate: undefined,
} as const

const POWER_ON_REGISTERS = [
  [TX_MODE, CRC_ON],
  [RX_MODE, CRC_ON],
] as const

/** Makes a chip that was just given power. */
export const createChip = (field: CardField<'typeA'>, faults: Faults): Chip => ({
  ...POWER_ON,
  field,
  faults,
  registers: new Map<number, number>(POWER_ON_REGISTERS),
})

/** Power went away and came back: the chip forgets everything but what lies on it. */
export const resetChip = (chip: Chip): void => {
  Object.assign(chip, POWER_ON)
  chip.registers.clear()
  for (const [address, value] of POWER_ON_REGISTERS) chip.registers.set(address, value)
  switchFieldOff(chip)
}

/** Without the RF field every card loses its power, hence its open sector. */
export const switchFieldOff = (chip: Chip): void => {
  chip.isFieldOn = false
  for (const card of chip.field.cards) card.halt()
}

/** SetParameters bit 6: answers without preamble and postamble. */
export const isBare = (chip: Chip): boolean => (chip.flags & 0x40) !== 0
