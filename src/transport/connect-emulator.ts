import type { Emulator } from '../contract/index.ts'
import { connectMemory, type MemoryTransport } from './memory.ts'
import { connectHid, type MemoryHid } from './memory-hid.ts'
import { connectHttp, type MemoryHttp } from './memory-http.ts'
import { connectKeyboard, type MemoryKeyboard } from './memory-keyboard.ts'
import { connectNone, type MemoryNone } from './memory-none.ts'
import { connectPcsc, type MemoryPcsc } from './memory-pcsc.ts'
import type { MemoryOptions } from './memory-stream.ts'
import { connectTcp, type MemoryTcp } from './memory-tcp.ts'

export type MemoryEnd =
  | MemoryTransport
  | MemoryTcp
  | MemoryHttp
  | MemoryHid
  | MemoryPcsc
  | MemoryKeyboard
  | MemoryNone

/** Connects an emulator of any kind to a driver in the same process; `chunk` cuts the bytes of a stream. */
export const connectEmulator = (emulator: Emulator, options: MemoryOptions = {}): MemoryEnd => {
  switch (emulator.kind) {
    case 'serial':
      return connectMemory(emulator, options)
    case 'tcp':
      return connectTcp(emulator, options)
    case 'http':
      return connectHttp(emulator, options.path)
    case 'hid':
      return connectHid(emulator, options.path)
    case 'pcsc':
      return connectPcsc(emulator, options.path)
    case 'keyboard':
      return connectKeyboard(emulator, options.path)
    case 'none':
      return connectNone(emulator, options.path)
  }
}
