import { BridgeError } from '../contract/index.ts'

/** The faults that wait for their turn, each with its count. */
export interface FaultSet<Fault extends string> {
  /** See Emulator.inject. Throws `request_invalid` for an unknown name or a count that is no positive integer. */
  inject(request: { readonly fault: string; readonly count?: number }): void
  /** Uses the fault up by `amount`, 1 when left out; true while there was something of it left. */
  take(fault: Fault, amount?: number): boolean
  /** As take, but true only once: when the count reaches zero. */
  countDown(fault: Fault, amount?: number): boolean
  /** The count itself, used up at once. */
  takeValue(fault: Fault): number | undefined
  has(fault: Fault): boolean
  clear(fault: Fault): void
}

/** Makes the set of an emulator's faults, with none injected. */
export const createFaultSet = <const Fault extends string>(names: readonly Fault[]): FaultSet<Fault> => {
  const left = new Map<Fault, number>()
  const reduce = (fault: Fault, amount: number): number | undefined => {
    const count = left.get(fault)
    if (count === undefined) return undefined
    if (count > amount) left.set(fault, count - amount)
    else left.delete(fault)
    return Math.max(0, count - amount)
  }
  return {
    inject: ({ fault, count = 1 }) => {
      const name = names.find((candidate) => candidate === fault)
      if (name === undefined) {
        throw new BridgeError('request_invalid', `There is no fault "${fault}": ${names.join(', ')}.`)
      }
      if (!Number.isSafeInteger(count) || count < 1) {
        throw new BridgeError('request_invalid', 'The count of a fault is a positive whole number.')
      }
      left.set(name, count)
    },
    take: (fault, amount = 1) => reduce(fault, amount) !== undefined,
    countDown: (fault, amount = 1) => reduce(fault, amount) === 0,
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
