import { loadDriver } from '../../drivers/index.ts'
import type { EmulatedCardOptions, EmulatedRead, NoneEmulator } from '../contract/emulator.ts'
import { BridgeError } from '../contract/errors.ts'
import type { Transport } from '../contract/transport.ts'
import { systemClock } from '../service/system-clock.ts'

/** The devices inside this process, by the names that the configuration gives them. */
export interface VirtualDevices {
  /** The way to the device of that name; its field is made when it is opened first, and outlives it. */
  open(name: string, driverId: string): Promise<Transport>
  /** Puts a card into the field. Throws `request_invalid` for a card that there is not, `encoder_unknown` for any other device. */
  place(name: string, card: EmulatedCardOptions): void
  /** Takes the card away, or every card. */
  remove(name: string, uid: string | undefined): void
  /** Shows something to a scanner. */
  present(name: string, read: EmulatedRead): void
}

/** A card that is taken away is remembered: its memory comes back with it. */
const MAX_CARDS = 256

export const createVirtualDevices = (): VirtualDevices => {
  const fields = new Map<string, NoneEmulator>()
  const placed = new Map<string, Set<string>>()

  const fieldOf = (name: string): NoneEmulator => {
    const field = fields.get(name)
    if (field === undefined) throw new BridgeError('encoder_unknown', `“${name}” is no virtual device.`)
    return field
  }

  const make = async (driverId: string): Promise<NoneEmulator> => {
    const emulator = await (await loadDriver(driverId)).emulate({ clock: systemClock, realtime: false })
    if (emulator.kind === 'none') return emulator
    throw new BridgeError('not_supported', `The driver ${driverId} makes no device inside this process.`)
  }

  return {
    open: async (name, driverId) => {
      const field = fields.get(name) ?? (await make(driverId))
      fields.set(name, field)
      const { connectNone } = await import('../transport/memory-none.ts')
      return connectNone(field, name)
    },
    place: (name, card) => {
      const field = fieldOf(name)
      const uids = placed.get(name) ?? new Set()
      const uid = card.uid.toUpperCase()
      if (uids.size >= MAX_CARDS && !uids.has(uid)) {
        throw new BridgeError(
          'request_invalid',
          `“${name}” has had ${MAX_CARDS} cards; it takes only those again.`,
        )
      }
      field.placeCard(card)
      placed.set(name, uids.add(uid))
    },
    remove: (name, uid) => fieldOf(name).removeCard(uid),
    present: (name, read) => fieldOf(name).present(read),
  }
}
