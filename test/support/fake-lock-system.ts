import { BridgeError, type ErrorCode, throwIfAborted } from 'encoder-bridge/driver'
import type {
  CommandOptions,
  KeyOrder,
  KeyReading,
  KeySystem,
  MadeKeys,
} from '../../src/contract/key-system.ts'

/** How the lock system takes one command. */
export type Behaviour =
  /** It does what it is told, and says so; `serials` are the keys' serial numbers. */
  | { readonly does: 'obey'; readonly serials?: readonly string[]; readonly remark?: string }
  /** It says why it does not. */
  | { readonly does: 'refuse'; readonly code: ErrorCode }
  /** It acts, and no answer comes. */
  | { readonly does: 'actSilently' }
  /** It does not act, and no answer comes. */
  | { readonly does: 'ignore' }
  /** The command never goes out. */
  | { readonly does: 'failBefore'; readonly code: ErrorCode }
  /** The command waits for the line, behind one for another encoder, and has not gone out. */
  | { readonly does: 'standInLine' }
  /** The command has gone out, and nothing happens until the test says what. */
  | { readonly does: 'wait' }

/** One command as the system heard it. */
export interface HeardCommand {
  readonly encoder: string
  readonly name: string
  readonly order: unknown
}

/** A lock system that does as the test says, and keeps what it heard and what it did. */
export interface FakeLockSystem {
  readonly device: KeySystem
  /** Commands that have gone out, in their order. */
  readonly heard: readonly HeardCommand[]
  /** How many keys it has made for each credential. */
  keysOf(credentialId: string): number
  /** How the next commands are taken, one after the other; after them it obeys. */
  next(...behaviours: readonly Behaviour[]): void
  /** What the command that waits becomes. */
  settle(behaviour: Behaviour): void
  /** The card on an encoder, as the system reads it, or why it can't; without one `card_timeout`. */
  place(encoder: string, reading: KeyReading | ErrorCode | null): void
  /** How many times a card was read. */
  readonly readings: number
}

export interface FakeLockOptions {
  /** Called when the system has acted, before it answers. */
  readonly onActed?: () => void
  /** False once the program that is connected is dead: then nothing reaches the system any more. */
  readonly isAlive?: () => boolean
}

const isKeyOrder = (order: unknown): order is KeyOrder =>
  typeof order === 'object' && order !== null && 'copies' in order

export const createFakeLockSystem = ({
  onActed = () => undefined,
  isAlive = () => true,
}: FakeLockOptions = {}): FakeLockSystem => {
  const heard: HeardCommand[] = []
  const made = new Map<string, number>()
  const script: Behaviour[] = []
  const cards = new Map<string, KeyReading | ErrorCode | null>()
  let readings = 0
  let settle: ((behaviour: Behaviour) => void) | null = null

  const act = (order: unknown): void => {
    if (isKeyOrder(order)) {
      made.set(order.credentialId, (made.get(order.credentialId) ?? 0) + order.copies)
    }
    onActed()
  }

  /** Resolves with the answer; a dead program never hears one. */
  const carryOut = async (behaviour: Behaviour, order: unknown, signal: AbortSignal): Promise<MadeKeys> => {
    const unknown = (why: string): BridgeError => new BridgeError('outcome_unknown', why)
    switch (behaviour.does) {
      case 'obey':
        act(order)
        if (!isAlive()) return new Promise(() => undefined)
        return { serialNumbers: behaviour.serials ?? [], remark: behaviour.remark ?? null }
      case 'refuse':
        throw new BridgeError(behaviour.code)
      case 'failBefore':
      case 'standInLine':
        throw new Error('That command has gone out already.')
      case 'actSilently':
        act(order)
        throw unknown('No answer came.')
      case 'ignore':
        throw unknown('No answer came.')
      case 'wait': {
        const next = await new Promise<Behaviour>((resolve, reject) => {
          settle = resolve
          signal.addEventListener('abort', () => reject(unknown('The command was given up.')), { once: true })
        })
        return carryOut(next, order, signal)
      }
    }
  }

  const command = async (
    name: string,
    encoder: string,
    order: unknown,
    { signal, beforeSending }: CommandOptions,
  ): Promise<MadeKeys> => {
    throwIfAborted(signal)
    const behaviour = script.shift() ?? { does: 'obey' }
    if (behaviour.does === 'failBefore') throw new BridgeError(behaviour.code)
    if (behaviour.does === 'standInLine') {
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new BridgeError('aborted')), { once: true })
      })
    }
    beforeSending()
    if (!isAlive()) return new Promise(() => undefined)
    heard.push({ encoder, name, order })
    return carryOut(behaviour, order, signal)
  }

  return {
    device: {
      kind: 'keySystem',
      info: { model: 'Fake lock system', firmware: '1', serialNumber: null },
      probe: async ({ signal }) => throwIfAborted(signal),
      onLost: () => undefined,
      close: () => Promise.resolve(),
      makeKey: (encoder, order, options) => command('makeKey', encoder, order, options),
      readKey: async (encoder, { signal }) => {
        throwIfAborted(signal)
        readings += 1
        const card = cards.get(encoder) ?? 'card_timeout'
        if (typeof card === 'string') throw new BridgeError(card)
        return card
      },
      checkOut: async (encoder, order, options) => void (await command('checkOut', encoder, order, options)),
      moveStay: async (encoder, order, options) => void (await command('moveStay', encoder, order, options)),
      cancelTask: async (encoder, options) => void (await command('cancelTask', encoder, null, options)),
      scanToAssign: async (encoder, to, options) => {
        await command('scanToAssign', encoder, to, options)
        return { kind: 'credential', cardNumber: '4711', comparison: { kind: 'same' } }
      },
    },
    heard,
    keysOf: (credentialId) => made.get(credentialId) ?? 0,
    next: (...behaviours) => void script.push(...behaviours),
    settle: (behaviour) => {
      if (settle === null) throw new Error('No command waits.')
      settle(behaviour)
      settle = null
    },
    place: (encoder, reading) => void cards.set(encoder, reading),
    get readings() {
      return readings
    },
  }
}
