import { createFaultSet, type FaultSet } from '../../src/emulation/fault-set.ts'

const FAULTS = [
  // Of every lock system, each for the next commands.
  'silent',
  'deaf',
  'garbled',
  'late',
  'cut',
  'key_encoder_busy',
  'room_checked_out',
  'key_order_refused',
  // Of this one, each for the next commands.
  'duplicateAnswers',
  'otherCoderFirst',
  'paddedCoder',
  'nameless',
  'status',
  'noise',
  'splitBytes',
  // Of the link.
  'startsFirst',
  'restart',
  'end',
  'resync',
  'frozen',
  'ignoresAlive',
  'echoesAlive',
  'slowDescription',
  'undescribed',
  'repeatedStarts',
] as const

export type FaultName = (typeof FAULTS)[number]
export type Faults = FaultSet<FaultName>

/** Makes the set of faults, with none injected. */
export const createFaults = (): Faults => createFaultSet(FAULTS)
