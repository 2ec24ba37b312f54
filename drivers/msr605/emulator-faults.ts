import { createFaultSet, type FaultSet } from '../../src/emulation/fault-set.ts'

const FAULTS = [
  'badSwipe',
  'readError',
  'noPower',
  'swipeStatus',
  'wornStripe',
  'removeCardAfterWrites',
  'loseCommands',
  'dropAnswers',
  'corruptAnswers',
  'lateAnswers',
  'duplicateAnswers',
  'noise',
  'silent',
  'stall',
  'echo',
  'plainBlanks',
  'capitals',
  'oldFirmware',
  'fixedCoercivity',
] as const

/** What can be injected: the emulator's factory says what each does. */
export type Faults = FaultSet<(typeof FAULTS)[number]>

/** Makes the set of faults, with none injected. */
export const createFaults = (): Faults => createFaultSet(FAULTS)
