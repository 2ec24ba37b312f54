import { BridgeError } from 'encoder-bridge/driver'

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
type Fault = (typeof FAULTS)[number]

/** The faults that wait for their turn, each with its count. */
export interface Faults {
  /** See createMsr605Emulator. Throws `request_invalid` for an unknown name or a count that is no positive integer. */
  inject(request: { readonly fault: string; readonly count?: number }): void
  /** Uses the fault up by one; true while there was something of it left. */
  take(fault: Fault): boolean
  /** As take, but true only once: when the count reaches zero. */
  countDown(fault: Fault): boolean
  /** The count itself, used up at once. */
  takeValue(fault: Fault): number | undefined
  has(fault: Fault): boolean
  clear(fault: Fault): void
}

/** Makes the set of faults, with none injected. */
export const createFaults = (): Faults => {
  const left = new Map<Fault, number>()
  const reduce = (fault: Fault): number | undefined => {
    const count = left.get(fault)
    if (count === undefined) return undefined
    if (count > 1) left.set(fault, count - 1)
    else left.delete(fault)
    return count - 1
  }
  return {
    inject: ({ fault, count = 1 }) => {
      const name = FAULTS.find((candidate) => candidate === fault)
      if (name === undefined) {
        throw new BridgeError('request_invalid', `There is no fault "${fault}": ${FAULTS.join(', ')}.`)
      }
      if (!Number.isSafeInteger(count) || count < 1) {
        throw new BridgeError('request_invalid', 'The count of a fault is a positive whole number.')
      }
      left.set(name, count)
    },
    take: (fault) => reduce(fault) !== undefined,
    countDown: (fault) => reduce(fault) === 0,
    takeValue: (fault) => {
      const value = left.get(fault)
      left.delete(fault)
      return value
    },
    has: (fault) => left.has(fault),
    clear: (fault) => {
      left.delete(fault)
    },
  }
}
