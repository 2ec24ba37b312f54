import { EventEmitter } from 'node:events'
import type { Clock } from '../../src/contract/transport.ts'
import type {
  NativeCard,
  NativeClient,
  NativeLibrary,
  NativeReader,
} from '../../src/transport/pcsc-library.ts'
import { formatHex } from '../../src/wire/hex.ts'

/** An error as pcsc-mini makes it: the winscard code by name. */
const pcscError = (code: string): Error => Object.assign(new Error('Async task error'), { code })

/** The ATR that a fake card answers with. */
export const fakeAtr = Uint8Array.of(0x3b, 0x8f, 0x80, 0x01)

const EMPTY = 0x10
const PRESENT = 0x20

/** A service with readers, as pcsc-mini 0.1.3 shows it. */
export interface FakePcsc {
  readonly library: NativeLibrary
  /** What was called, oldest first. */
  readonly calls: string[]
  /** How many clients were made, and how many of them run. */
  readonly clients: { made: number; running: number }
  isThere: boolean
  /** What the next calls do instead: fail with a code, wait for `release`, or answer nothing. */
  readonly next: {
    connect?: string
    transaction?: string
    transmit?: string
    control?: string
    disconnect?: string
  }
  answer: Uint8Array
  /** The APDUs that were handed down and the room that was lent for answers, as they are now. */
  readonly handed: Uint8Array[]
  addReader(name: string, status?: number): void
  removeReader(name: string): void
  /** dwEventState, and the count of cards in its upper half. */
  tell(name: string, status: number, count?: number): void
  insert(name: string, count?: number): void
  empty(name: string, count?: number): void
  /** The service ends: every client hears of it. */
  stop(): void
  /** The n-th client that was made fails by itself. */
  failClient(index: number): void
  /** Lets go what waits. */
  release(): void
}

/** Readers that are there are told some milliseconds after a client's start, as by the real package. */
const TOLD_AFTER_MS = 5

export const createFakePcsc = (clock: Clock): FakePcsc => {
  const calls: string[] = []
  const clients = { made: 0, running: 0 }
  const made: FakeClient[] = []
  const running = new Set<FakeClient>()
  const statuses = new Map<string, number>()
  const waiting: (() => void)[] = []
  const next: FakePcsc['next'] = {}
  const handed: Uint8Array[] = []

  const pass = async (step: keyof FakePcsc['next']): Promise<void> => {
    const behaviour = next[step]
    if (behaviour === 'wait') await new Promise<void>((resolve) => waiting.push(resolve))
    else if (behaviour !== undefined) throw pcscError(behaviour)
  }

  const createCard = (mode: number): NativeCard => ({
    transmit: async (apdu, buffer) => {
      handed.push(apdu, new Uint8Array(buffer))
      calls.push(`transmit ${formatHex(apdu)}`)
      await pass('transmit')
      new Uint8Array(buffer).set(fake.answer)
      return new Uint8Array(buffer, 0, fake.answer.length)
    },
    control: async (code, command, buffer) => {
      calls.push(`control ${code.toString(16)} ${formatHex(command)}`)
      await pass('control')
      new Uint8Array(buffer).set(fake.answer)
      return new Uint8Array(buffer, 0, fake.answer.length)
    },
    state: async () => ({ atr: fakeAtr }),
    transaction: async () => {
      calls.push('begin')
      await pass('transaction')
      return { end: async () => void calls.push('end') }
    },
    disconnect: async (disposition) => {
      calls.push(`disconnect ${mode} ${disposition}`)
      await pass('disconnect')
    },
  })

  class FakeReader extends EventEmitter implements NativeReader {
    readonly #name: string
    constructor(name: string) {
      super()
      this.#name = name
    }
    name(): string {
      return this.#name
    }
    async connect(mode: number): Promise<NativeCard> {
      calls.push(`connect ${mode}`)
      await pass('connect')
      return createCard(mode)
    }
  }

  class FakeClient extends EventEmitter implements NativeClient {
    readonly readers = new Map<string, FakeReader>()
    constructor() {
      super()
      made.push(this)
      clients.made = made.length
    }
    start(): void {
      if (!fake.isThere) throw pcscError('NoService')
      running.add(this)
      clients.running = running.size
      clock.setTimeout(() => {
        for (const [name, status] of statuses) this.tell(name, status)
      }, TOLD_AFTER_MS)
    }
    stop(): void {
      calls.push('stop')
      if (!running.delete(this)) throw pcscError('NoService')
      clients.running = running.size
      for (const reader of this.readers.values()) reader.emit('disconnect')
    }
    tell(name: string, raw: number): void {
      const known = this.readers.get(name)
      const reader = known ?? new FakeReader(name)
      this.readers.set(name, reader)
      if (known === undefined) this.emit('reader', reader)
      reader.emit('change', { raw })
    }
    forget(name: string): void {
      this.readers.get(name)?.emit('disconnect')
      this.readers.delete(name)
    }
  }

  const fake: FakePcsc = {
    library: {
      Client: FakeClient,
      MAX_READERS: 4,
      controlCode: (code) => (process.platform === 'win32' ? 0x310000 + code * 4 : 0x42000000 + code),
    },
    calls,
    clients,
    isThere: true,
    next,
    answer: Uint8Array.of(0x90, 0x00),
    handed,
    addReader: (name, status = EMPTY) => fake.tell(name, status),
    removeReader: (name) => {
      statuses.delete(name)
      for (const client of running) client.forget(name)
    },
    tell: (name, status, count = 0) => {
      const raw = status | (count << 16)
      statuses.set(name, raw)
      for (const client of running) client.tell(name, raw)
    },
    insert: (name, count = 1) => fake.tell(name, PRESENT, count),
    empty: (name, count = 2) => fake.tell(name, EMPTY, count),
    stop: () => {
      fake.isThere = false
      const stopped = [...running]
      running.clear()
      clients.running = 0
      for (const client of stopped) client.emit('error', pcscError('CommError'))
    },
    failClient: (index) => {
      made[index]?.emit('error', pcscError('StatusEventBufferOverflow'))
    },
    release: () => {
      for (const resolve of waiting.splice(0)) resolve()
    },
  }
  return fake
}
