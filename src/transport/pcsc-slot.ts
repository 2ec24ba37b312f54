import type { BridgeError } from '../contract/errors.ts'
import type { Clock, PcscState } from '../contract/transport.ts'
import {
  explainPcscError,
  LEAVE_CARD,
  type NativeReader,
  PROTOCOL_T0_OR_T1,
  SHARE_SHARED,
  STATE_EXCLUSIVE,
  STATE_MUTE,
  STATE_PRESENT,
} from './pcsc-library.ts'

/** Turns what the service says about a reader into the states of its slot. */
interface Slot {
  /** The state that was told last; undefined while the first card is being asked for its ATR. */
  readonly state: PcscState | undefined
  /** dwEventState, at every change. */
  update(status: number): void
  /** The service says by an error that the card has gone; its event may be late or lost. */
  empty(): void
  /** Tells nothing any more. */
  close(): void
}

/** While another program is in a transaction the card can't be asked; after this time it counts as held. */
const HELD_AFTER_MS = 2500
const heldByAnother: PcscState = { kind: 'present', atr: new Uint8Array(0) }

/**
 * `tell` hears every change; cards that were exchanged between two events as `empty` and `present`. A card that another
 * program keeps to itself is `present` with an ATR of no bytes, and is told again when it can be asked. `onFailure` hears every
 * error of asking.
 */
export const createSlot = (
  reader: NativeReader,
  clock: Clock,
  tell: (state: PcscState) => void,
  onFailure: (error: BridgeError) => void,
): Slot => {
  let state: PcscState | undefined
  /** The event count of the card that lies there. */
  let card: number | undefined
  let isAsking = false
  let isClosed = false

  const set = (next: PcscState): void => {
    if (isClosed || next === state || (next.kind !== 'present' && next.kind === state?.kind)) return
    state = next
    tell(next)
  }

  const empty = (): void => {
    card = undefined
    set({ kind: 'empty' })
  }

  const identify = async (asked: number): Promise<void> => {
    if (isAsking) return
    isAsking = true
    const setIfThere = (next: PcscState): void => {
      if (card === asked) set(next)
    }
    const timer = clock.setTimeout(() => setIfThere(heldByAnother), HELD_AFTER_MS)
    try {
      setIfThere({ kind: 'present', atr: await readAtr(reader) })
    } catch (cause) {
      const error = explainPcscError(reader.name(), cause)
      if (error.code === 'device_busy') setIfThere(heldByAnother)
      else if (error.code === 'device_fault') setIfThere({ kind: 'mute' })
      else if (card === asked) empty()
      onFailure(error)
    }
    clock.clearTimeout(timer)
    isAsking = false
    // A card that came while the one before it was asked.
    if (card !== undefined && card !== asked && !isClosed) void identify(card)
  }

  return {
    get state() {
      return state
    },
    empty,
    update: (status) => {
      if ((status & STATE_PRESENT) === 0) return empty()
      const count = status >>> 16
      if (card !== undefined && card !== count) empty()
      const isKnown = card === count && (state?.kind === 'mute' || isIdentified(state))
      card = count
      if ((status & STATE_MUTE) !== 0) set({ kind: 'mute' })
      else if (isKnown) return
      else if ((status & STATE_EXCLUSIVE) !== 0) set(heldByAnother)
      else void identify(count)
    },
    close: () => {
      isClosed = true
    },
  }
}

const isIdentified = (state: PcscState | undefined): boolean =>
  state?.kind === 'present' && state.atr.length > 0

/** Asks the card itself, because the ATR in the package's event is rubbish. */
const readAtr = async (reader: NativeReader): Promise<Uint8Array> => {
  const card = await reader.connect(SHARE_SHARED, PROTOCOL_T0_OR_T1)
  try {
    return (await card.state()).atr.slice()
  } finally {
    await card.disconnect(LEAVE_CARD).catch(() => undefined)
  }
}
