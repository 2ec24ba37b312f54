import {
  type CommandOptions,
  type Driver,
  isBridgeError,
  type KeyOrder,
  type KeySystem,
  type Transport,
} from 'encoder-bridge/driver'
import { createRig } from '../conformance/rig.ts'
import { pmsTexts } from './pms-text.ts'

export const pmsOrder: KeyOrder = {
  purpose: 'new',
  copies: 1,
  rooms: ['101'],
  authorisations: [],
  startsAt: { year: 2026, month: 11, day: 23, hour: 15, minute: 0 },
  endsAt: { year: 2026, month: 11, day: 25, hour: 11, minute: 0 },
  accessMethodId: '4f6d4d5c-5d0a-4b3e-9e5b-0d6f0f2a1c01',
  credentialId: '9b2f7f51-7a5e-4a0c-8a3b-6d1c2e3f4a01',
}

export interface PmsDeskOptions {
  readonly transport?: 'tcp' | 'serial'
  readonly options?: unknown
  /** Whether nothing that is written arrives. */
  readonly isDeaf?: () => boolean
}

/** How a command ended: `done`, or the code; how often it was announced, and what it brought. */
export interface PmsEnding<Result> {
  readonly ending: string
  readonly sendings: number
  readonly detail: string | undefined
  readonly result: Result | undefined
  readonly tookMs: number
}

/** A driver on a memory line to its emulated lock system, under a clock that the test moves. */
export const openPmsDesk = async (driver: Driver, settings: PmsDeskOptions = {}) => {
  const { transport: kind = 'tcp', options = {}, isDeaf = () => false } = settings
  const written: string[] = []
  const note = <Kind extends Transport>(transport: Kind): Kind =>
    'write' in transport && (transport.kind === 'tcp' || transport.kind === 'serial')
      ? {
          ...transport,
          write: async (bytes: Uint8Array) => {
            written.push(...pmsTexts(bytes))
            if (!isDeaf()) await transport.write(bytes)
          },
        }
      : transport
  const rig = await createRig<'tcp' | 'serial'>(driver, { transport: kind, options, wrap: note })
  const losses: string[] = []

  const open = async (): Promise<KeySystem> => {
    const opened = await rig.openKeys()
    opened.onLost((error) => losses.push(error.code))
    return opened
  }
  let system = await open()

  const give = async <Result>(
    command: (options: CommandOptions) => Promise<Result>,
    signal = new AbortController().signal,
  ): Promise<PmsEnding<Result>> => {
    const beganMs = rig.clock.now()
    let sendings = 0
    const beforeSending = (): void => {
      sendings += 1
    }
    try {
      const result = await command({ signal, beforeSending })
      return { ending: 'done', sendings, detail: undefined, result, tookMs: rig.clock.now() - beganMs }
    } catch (error) {
      if (!isBridgeError(error)) throw error
      const { code, detail } = error
      return { ending: code, sendings, detail, result: undefined, tookMs: rig.clock.now() - beganMs }
    }
  }
  const makeKey = (change: Partial<KeyOrder> = {}, encoder = '1', signal?: AbortSignal) =>
    give((io) => system.makeKey(encoder, { ...pmsOrder, ...change }, io), signal)
  const drive = <Result>(promise: Promise<Result>): Promise<Result> => rig.clock.drive(promise, 200_000)

  return {
    rig,
    clock: rig.clock,
    emulator: rig.emulator,
    losses,
    /** What was written: `ENQ`, `|LT|1|E|`. */
    written,
    get system() {
      return system
    },
    lay: (uid: string, encoder = '1', type = 'key') => rig.emulator.placeCard({ type, uid, encoder }),
    give,
    makeKey,
    drive,
    /** Orders a key and moves the clock until it has ended. */
    order: (change?: Partial<KeyOrder>, encoder?: string) => drive(makeKey(change, encoder)),
    /** Gives any command and moves the clock until it has ended. */
    command: <Result>(command: (options: CommandOptions) => Promise<Result> | undefined) =>
      drive(give(async (io) => command(io))),
    /** Opens a new link after a loss. */
    reopen: async () => {
      await system.close()
      rig.reconnect()
      system = await open()
    },
    writesOf: (uid: string) => rig.emulator.countWrites(uid)[0],
    keyOn: (uid: string): unknown => {
      const held = rig.emulator.dumpCard(uid)
      return held.length === 0 ? null : JSON.parse(new TextDecoder().decode(held))
    },
  }
}
