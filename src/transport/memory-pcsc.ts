import {
  BridgeError,
  type PcscEmulator,
  type PcscListener,
  type PcscState,
  type PcscTransport,
} from '../contract/index.ts'
import { createMessageEnd, type MessageCable } from './memory-messages.ts'

export type MemoryPcsc = PcscTransport & MessageCable

/**
 * Connects an emulated reader without a smart-card service. A connection ends with the card that it was made to: what comes
 * into the slot afterwards must be connected to anew. Closing resets a card that is connected, as pcscd does for a program
 * that ends.
 */
export const connectPcsc = (emulator: PcscEmulator, path = emulator.readerName): MemoryPcsc => {
  let state: PcscState = { kind: 'empty' }
  let connection: 'none' | 'open' | 'removed' = 'none'
  const end = createMessageEnd<PcscListener>(path, () => {
    connection = 'none'
    emulator.powerCycle()
  })
  const { listen, close } = end.base

  emulator.connect((next) => {
    state = next
    if (next.kind === 'empty' && connection === 'open') connection = 'removed'
    // A listener that comes later is told the state of that moment.
    if (end.base.listenerCount > 0) end.deliver((listener) => listener.onState(next))
  })

  const disconnect = (isReset: boolean): void => {
    if (connection === 'open' && isReset) emulator.powerOff()
    connection = 'none'
  }

  return Object.assign(end.base, {
    kind: 'pcsc' as const,
    listen: (listener: PcscListener) => {
      const stop = listen(listener)
      const first = state
      end.tell((current) => {
        if (current === listener) current.onState(first)
      })
      return stop
    },
    connect: () =>
      end.ask(() => {
        emulator.powerOn()
        connection = 'open'
      }),
    transmit: (apdu: Uint8Array) => {
      const copy = apdu.slice()
      return end.ask(() => {
        if (connection === 'removed') throw new BridgeError('card_removed', 'The slot was emptied.')
        if (connection === 'none') throw new BridgeError('device_fault', 'No card is connected.')
        return emulator.transmit(copy)
      })
    },
    disconnect: (isReset: boolean) => end.send(() => disconnect(isReset)),
    escape: (command: Uint8Array) => {
      const copy = command.slice()
      return end.ask(() => emulator.escape(copy))
    },
    close: async () => {
      disconnect(true)
      await close()
    },
  })
}
