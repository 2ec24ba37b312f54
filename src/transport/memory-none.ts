import type { Card, CardAddress, FieldListener, NoneEmulator, NoTransport } from '../contract/index.ts'
import { createMessageEnd, type MessageCable } from './memory-messages.ts'

export type MemoryNone = NoTransport & MessageCable

/** Connects a device inside this process: each look, reading and writing is a message, and each change of the field. */
export const connectNone = (emulator: NoneEmulator, path = 'memory'): MemoryNone => {
  const end = createMessageEnd<FieldListener>(path, () => emulator.powerCycle())
  emulator.connect({
    onField: () => end.deliver((listener) => listener.onField()),
    onPresent: (read) => end.deliver((listener) => listener.onPresent(read)),
  })
  return Object.assign(end.base, {
    kind: 'none' as const,
    look: () => end.ask(() => emulator.look()),
    read: (card: Card, at: CardAddress) => end.ask(() => emulator.read(card, at)),
    write: (card: Card, at: CardAddress, data: Uint8Array) => {
      const copy = data.slice()
      return end.ask(() => emulator.write(card, at, copy))
    },
  })
}
