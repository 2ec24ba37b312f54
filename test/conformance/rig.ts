import {
  BridgeError,
  type ByteTransport,
  type CardDevice,
  type Driver,
  type EmulatedCardOptions,
  type Emulator,
  isBridgeError,
} from 'encoder-bridge/driver'
import { connectMemory, type MemoryTransport } from '../../src/transport/memory.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

/** A driver's own emulator behind a memory transport, under a clock that the test moves. */
export interface Rig {
  readonly clock: FakeClock
  readonly emulator: Emulator
  readonly memory: MemoryTransport
  /** Opens the driver on the line; the clock is driven. */
  open(signal?: AbortSignal): Promise<CardDevice>
}

export interface RigOptions {
  readonly card?: EmulatedCardOptions
  /** Puts something between the driver and the line. */
  readonly wrap?: (transport: ByteTransport) => ByteTransport
  /** The driver's part of a configuration; its defaults when left out. */
  readonly options?: unknown
  /** Whether answers take their modelled time, on the test's clock. */
  readonly realtime?: boolean
  /** How many bytes one delivery to the driver carries at most. */
  readonly chunk?: number | (() => number)
}

export const createRig = async (
  driver: Driver,
  { card, wrap, chunk, options = {}, realtime = false }: RigOptions = {},
): Promise<Rig> => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime })
  if (card !== undefined) emulator.placeCard(card)
  const memory = connectMemory(emulator, { ...(chunk !== undefined && { chunk }) })
  const transport = wrap?.(memory) ?? memory
  return {
    clock,
    emulator,
    memory,
    open: async (signal = new AbortController().signal) => {
      const context = { transport, clock, options: driver.options.parse(options) }
      const device = await clock.drive(driver.open(context, { signal }))
      if (device.kind !== 'card') throw new Error(`A ${device.kind} was opened instead of a card device.`)
      return device
    },
  }
}

/** How a call ended: `done`, or the code of the BridgeError. Anything else that was thrown is thrown on. */
export const endingOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call
    return 'done'
  } catch (error) {
    if (isBridgeError(error)) return error.code
    throw error
  }
}

/** Everything that an error tells, its causes included, for the search of secrets. */
export const textOf = (error: unknown): string =>
  error instanceof Error
    ? [error.name, error.message, error instanceof BridgeError ? error.detail : '', textOf(error.cause)].join(
        ' ',
      )
    : String(error)
