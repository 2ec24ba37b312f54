import type { KeyboardEmulator, KeyboardTransport, KeyListener } from '../contract/index.ts'
import { createMessageEnd, type MessageCable } from './memory-messages.ts'

export type MemoryKeyboard = KeyboardTransport & MessageCable

/** Connects an emulated keyboard without a kernel. Keys that are hit while nobody listens are lost. */
export const connectKeyboard = (emulator: KeyboardEmulator, path = 'memory'): MemoryKeyboard => {
  const end = createMessageEnd<KeyListener>(path, () => emulator.powerCycle())
  emulator.connect((key) => end.deliver((listener) => listener.onKey(key)))
  return Object.assign(end.base, { kind: 'keyboard' as const })
}
