import { BridgeError, type EmulatorOptions, type NoneEmulator } from 'encoder-bridge/driver'

const noField = (): never => {
  throw new BridgeError('not_supported', 'A virtual scanner has no field; things are shown to it.')
}

/**
 * Makes the place before which things are shown to a virtual scanner. It knows one fault for `inject`, the count says how many
 * times: `unreadable`, the next presentation can't be read.
 */
export const createShowcase = (_: EmulatorOptions): NoneEmulator => {
  let host: Parameters<NoneEmulator['connect']>[0] | undefined
  let unreadable = 0
  return {
    kind: 'none',
    connect: (next) => {
      host = next
    },
    look: () => [],
    read: noField,
    write: noField,
    placeCard: noField,
    removeCard: noField,
    dumpCard: noField,
    countWrites: noField,
    present: ({ technology, data, bitCount = null, symbology = null }) => {
      const isRead = unreadable === 0
      if (!isRead) unreadable -= 1
      host?.onPresent({ technology, data: isRead ? data : new Uint8Array(0), bitCount, symbology })
    },
    inject: ({ fault, count = 1 }) => {
      if (fault !== 'unreadable') throw new BridgeError('request_invalid', `There is no fault "${fault}".`)
      unreadable = count
    },
    powerCycle: () => {
      unreadable = 0
    },
    close: () => {
      host = undefined
    },
  }
}
