import {
  BridgeError,
  type Card,
  type CardAddress,
  CardUid,
  type EmulatorOptions,
  type NoneEmulator,
  noUid,
} from 'encoder-bridge/driver'
import { createCardField } from '../../src/emulation/card-field.ts'
import type { EmulatedCard } from '../../src/emulation/emulated-card.ts'
import { readPlace, writePlace } from './emulator-places.ts'

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).toUpperCase().padStart(2, '0')).join('')

/** Stripes and rewritable transponders have no identifier of their own. */
const uidOf = ({ technology, uid }: EmulatedCard): CardUid =>
  technology === 'magstripe' || technology === 't5577' ? noUid : CardUid.parse(hexOf(uid))

const faultNames = ['removeCardAfterWrites', 'refuseWrites', 'flipWrittenBit'] as const
type FaultName = (typeof faultNames)[number]
const isFault = (name: string): name is FaultName => faultNames.some((known) => known === name)

/**
 * Makes the field of a virtual encoder, with the cards that all emulators share. Nothing takes time.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `removeCardAfterWrites` n: every card is taken away right after the n-th write
 * - `refuseWrites`: the card refuses to be written
 * - `flipWrittenBit`: the lowest bit of the first byte is stored wrong: a worn place
 */
export const createVirtualField = (_: EmulatorOptions): NoneEmulator => {
  const field = createCardField(['typeA', 'lf', 'stripe'])
  const faults = new Map<FaultName, number>()
  let host: Parameters<NoneEmulator['connect']>[0] | undefined

  const take = (fault: FaultName): boolean => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }

  const remove = (uid?: string): void => {
    field.remove(uid)
    host?.onField()
  }

  const look = (): readonly Card[] =>
    field.cards.map((card) => ({ uid: uidOf(card), technology: card.technology }))

  /** The card that is meant, if it is the one that lies there. */
  const find = (wanted: Card): EmulatedCard => {
    const found = field.cards.find(
      (card) => uidOf(card) === wanted.uid && card.technology === wanted.technology,
    )
    if (found !== undefined) return found
    throw new BridgeError(field.cards.length === 0 ? 'card_removed' : 'card_swapped')
  }

  const write = (card: Card, at: CardAddress, data: Uint8Array): void => {
    const found = find(card)
    if (take('refuseWrites')) throw new BridgeError('card_write_refused')
    const stored = data.slice()
    if (take('flipWrittenBit')) stored[0] = (stored[0] ?? 0) ^ 1
    writePlace(found, at, stored)
    if (faults.get('removeCardAfterWrites') === 1) remove()
    take('removeCardAfterWrites')
  }

  return {
    kind: 'none',
    connect: (next) => {
      host = next
    },
    look,
    read: (card, at) => readPlace(find(card), at),
    write,
    placeCard: (options) => {
      field.place(options)
      host?.onField()
    },
    removeCard: remove,
    dumpCard: (uid) => field.find(uid).dump(),
    countWrites: (uid) => [...field.find(uid).writeCounts],
    present: () => {
      throw new BridgeError('not_supported', 'A virtual encoder has a field; cards are placed into it.')
    },
    inject: ({ fault, count = 1 }) => {
      if (!isFault(fault)) throw new BridgeError('request_invalid', `There is no fault "${fault}".`)
      faults.set(fault, count)
    },
    powerCycle: () => faults.clear(),
    close: () => {
      host = undefined
    },
  }
}
