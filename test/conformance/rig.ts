import {
  BridgeError,
  type CardDevice,
  type Device,
  type Driver,
  type EmulatedCardOptions,
  type Emulator,
  isBridgeError,
  type KeySystem,
  type Scanner,
  type Transport,
  type TransportKind,
} from 'encoder-bridge/driver'
import { connectEmulator, type MemoryEnd } from '../../src/transport/connect-emulator.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'

type OfKind<Union, Kind> = Extract<Union, { readonly kind: Kind }>

/** A driver's own emulator behind a memory transport, under a clock that the test moves. */
export interface Rig<Kind extends TransportKind = 'serial'> {
  readonly clock: FakeClock
  readonly emulator: OfKind<Emulator, Kind>
  readonly memory: OfKind<MemoryEnd, Kind>
  /** Whether the driver has closed its transport. */
  readonly isClosed: boolean
  /** Opens the driver as a card device; the clock is driven. */
  open(signal?: AbortSignal): Promise<CardDevice>
  openScanner(signal?: AbortSignal): Promise<Scanner>
  openKeys(signal?: AbortSignal): Promise<KeySystem>
  openDevice(signal?: AbortSignal): Promise<Device>
  /** Connects anew to the emulator that is there, as after a loss: `memory`, `isClosed` and what is opened are of the new transport. */
  reconnect(): void
}

export interface RigOptions<Kind extends TransportKind = 'serial'> {
  /** How the device is reached; over a serial line when left out. */
  readonly transport?: Kind
  readonly card?: EmulatedCardOptions
  /** Puts something between the driver and the transport. */
  readonly wrap?: (transport: OfKind<Transport, Kind>) => OfKind<Transport, Kind>
  /** The driver's part of a configuration; its defaults when left out. */
  readonly options?: unknown
  /** Whether answers take their modelled time, on the test's clock. */
  readonly realtime?: boolean
  /** How many bytes one delivery to the driver carries at most, of a byte stream. */
  readonly chunk?: number | (() => number)
}

/** A rig over any of the driver's transports. */
export type AnyRig = Rig<TransportKind>
export type AnyRigOptions = RigOptions<TransportKind>

export const createRig = async <Kind extends TransportKind = 'serial'>(
  driver: Driver,
  { card, wrap, chunk, transport: kind, options = {}, realtime = false }: RigOptions<Kind> = {},
): Promise<Rig<Kind>> => {
  const clock = createFakeClock()
  const emulator = await driver.emulate({ clock, realtime, transport: kind ?? 'serial' })
  if (card !== undefined) emulator.placeCard(card)
  let isClosed = false

  const connect = (): { memory: MemoryEnd; transport: OfKind<Transport, Kind> } => {
    const memory = connectEmulator(emulator, { ...(chunk !== undefined && { chunk }) })
    // What was asked for is what the emulator and its end of the cable are, or else this test fails here.
    if (memory.kind !== (kind ?? 'serial')) throw new Error(`The emulator is one for ${memory.kind}.`)
    isClosed = false
    const watched: Transport = {
      ...memory,
      close: () => {
        isClosed = true
        return memory.close()
      },
    }
    const end = watched as OfKind<Transport, Kind>
    return { memory, transport: wrap?.(end) ?? end }
  }
  let line = connect()

  const openDevice = (signal = new AbortController().signal): Promise<Device> =>
    clock.drive(
      driver.open(
        {
          transport: line.transport,
          clock,
          wallClock: () => new Date(2026, 10, 23, 15),
          options: driver.options.parse(options),
        },
        { signal },
      ),
    )
  const openAs =
    <Wanted extends Device['kind']>(wanted: Wanted) =>
    async (signal?: AbortSignal): Promise<OfKind<Device, Wanted>> => {
      const device = await openDevice(signal)
      if (device.kind !== wanted) throw new Error(`A ${device.kind} was opened instead of a ${wanted}.`)
      return device as OfKind<Device, Wanted>
    }
  return {
    clock,
    emulator: emulator as OfKind<Emulator, Kind>,
    get memory() {
      return line.memory as OfKind<MemoryEnd, Kind>
    },
    get isClosed() {
      return isClosed
    },
    openDevice,
    open: openAs('card'),
    openScanner: openAs('scanner'),
    openKeys: openAs('keySystem'),
    reconnect: () => {
      line = connect()
    },
  }
}

/** What is left of an opened device: listeners, calls and timers. All zero when it cleaned up after itself. */
export const leftovers = ({ memory, clock }: AnyRig): readonly number[] => [
  memory.listenerCount,
  memory.pendingWrites,
  clock.pendingTimers,
]

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
