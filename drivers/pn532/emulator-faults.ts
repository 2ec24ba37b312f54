import { createFaultSet, type FaultSet } from '../../src/emulation/fault-set.ts'

const FAULTS = [
  'removeCardAfterWrites',
  'removeCardAfterBytes',
  'nakWrites',
  'flipWrittenBit',
  'tearWrite',
  'errorStatus',
  'loseCommands',
  'noAck',
  'dropAnswers',
  'corruptChecksum',
  'noise',
  'splitBytes',
  'duplicateAnswers',
  'lateAnswers',
  'silent',
] as const

/** What can be injected: the emulator's factory says what each does. */
export type Faults = FaultSet<(typeof FAULTS)[number]>

/** Makes the set of faults, with none injected. */
export const createFaults = (): Faults => createFaultSet(FAULTS)
