import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DriverId,
  type DriverManifest,
  type Emulator,
  EncoderId,
  OrderId,
  type SerialEmulator,
  type TransportKind,
} from 'encoder-bridge/driver'
import { loadDriver } from '../../drivers/index.ts'
import { createLayouts } from '../../src/cards/layouts/index.ts'
import type { Layout } from '../../src/cards/layouts/layout.ts'
import type { CardAssigner } from '../../src/contract/card-assigner.ts'
import type { CredentialLookup } from '../../src/contract/credentials.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import type { Journal } from '../../src/contract/journal.ts'
import type { NumberFormat } from '../../src/contract/number-format.ts'
import type { EncodeSubject, Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { SiteKeys } from '../../src/contract/site-keys.ts'
import type { Sessions, SessionState, SessionView } from '../../src/contract/session-view.ts'
import { openEncoders, type OpenEncoders } from '../../src/devices/encoders.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { systemClock } from '../../src/service/system-clock.ts'
import type { RunDelays } from '../../src/sessions/start-chart.ts'
import { createSupervisor } from '../../src/sessions/supervisor.ts'
import { connectEmulator } from '../../src/transport/connect-emulator.ts'
import { connectMemory, type MemoryTransport } from '../../src/transport/memory.ts'
import { roomsOf } from '../support/rooms.ts'
import { unlistedDevices } from '../support/unlisted-devices.ts'

export interface DeskOptions {
  /** The driver of every encoder, and how its emulators are reached; `pn532` when left out. */
  readonly driver?: string
  readonly transport?: TransportKind
  readonly layouts?: readonly Layout[]
  /** How many encoders; of a key system, what it calls those of its one link. */
  readonly encoders?: number | readonly string[]
  /** What the doors of orders are to a key system. */
  readonly rooms?: Readonly<Record<string, string>>
  readonly delays?: RunDelays
  readonly layout?: string
  readonly driverOptions?: unknown
  readonly numberFormat?: NumberFormat
  readonly cardsAnHour?: number
  /** The only card technologies that the desk writes. */
  readonly technologies?: readonly string[]
  readonly lookup?: (credentialId: string) => Promise<CredentialLookup>
  /** Gives cards to access methods. */
  readonly assign?: CardAssigner['assign']
  /** Another abort promise than the driver's own. */
  readonly abort?: DriverManifest['abort']
  /** Called before each piece of bytes that crosses a line, in either direction. */
  readonly onLine?: () => void
}

/** A whole desk in one process: real journal, sessions, devices and driver; emulated PN532s on memory lines. */
export interface Desk {
  readonly journal: Journal
  readonly sessions: Sessions
  readonly encoders: OpenEncoders
  readonly emulators: readonly Emulator[]
  /** Of emulators on serial lines. */
  readonly lines: readonly (MemoryTransport | undefined)[]
  readonly encoderIds: readonly EncoderId[]
  /** Journals an order for the first encoder and returns its id. */
  order(change?: Partial<Order>, subject?: Partial<EncodeSubject>): OrderId
  scan(change?: Partial<Order>): OrderId
  ending(orderId: OrderId): Promise<Ending>
  reaches(orderId: OrderId, state: SessionState): Promise<SessionView>
  /** Answers yes to whatever the session asks now. */
  confirm(orderId: OrderId): boolean
  readonly siteKeys: SiteKeys
  /** Resolves when every encoder is ready. */
  ready(): Promise<void>
  /** Ends the daemon's parts as a crash would: nothing is said to the journal. The cards stay. */
  crash(): Promise<void>
  /** Starts the parts again on the same journal, with what was changed in the configuration meanwhile. */
  restart(change?: DeskOptions): Promise<Desk>
  [Symbol.asyncDispose](): Promise<void>
}

const siteKeys: SiteKeys = { current: 1, keys: new Map([[1, new Uint8Array(32).fill(7)]]) }

export const openDesk = async (options: DeskOptions = {}): Promise<Desk> => {
  const folder = mkdtempSync(join(tmpdir(), 'desk-'))
  const { driver: id = 'pn532', transport } = options
  const driver = await loadDriver(DriverId.parse(id))
  const emulators: Emulator[] = []
  const { encoders = 1 } = options
  const count = typeof encoders === 'number' ? encoders : 1
  for (let index = 0; index < count; index += 1) {
    const time = { clock: systemClock, realtime: false }
    emulators.push(await driver.emulate(transport === undefined ? time : { ...time, transport }))
  }
  return startDesk(folder, emulators, options)
}

const startDesk = async (
  folder: string,
  emulators: readonly Emulator[],
  options: DeskOptions,
): Promise<Desk> => {
  const loaded = await loadDriver(DriverId.parse(options.driver ?? 'pn532'))
  const { abort = loaded.manifest.abort, onLine = () => undefined } = options
  const driver = { ...loaded, manifest: { ...loaded.manifest, abort } }
  const journal = openJournal({ path: join(folder, 'journal.db') })
  if (journal.siteKeys() === null) journal.setSiteKeys(siteKeys)
  const lines: (MemoryTransport | undefined)[] = []
  const addresses = typeof options.encoders === 'object' ? options.encoders : null
  const members = addresses ?? emulators
  const encoderIds = members.map((_, index) => journal.encoderIdOf(`emulated:${String(index)}`))
  const settings = members.map((_, index) => ({
    encoderId: encoderIds[index] ?? EncoderId.parse(randomUUID()),
    name: `Desk ${String(index + 1)}`,
    path: addresses === null ? String(index) : '0',
    ...(addresses !== null && { member: { system: 'Lock system', address: addresses[index] ?? '' } }),
    layout: options.layout ?? 'demo',
    numberFormat: options.numberFormat ?? null,
    driver,
    options: driver.options.parse(options.driverOptions ?? {}),
  }))
  const encoders = openEncoders(settings, {
    clock: systemClock,
    random: () => 0,
    wallClock: () => new Date(),
    onAlive: () => undefined,
    ...unlistedDevices(settings),
    openTransport: async ({ transport, path }) => {
      // A device inside the process is at no path: it goes by its name.
      const index = transport === 'none' ? settings.findIndex(({ name }) => name === path) : Number(path)
      const emulator = emulators[index]
      if (emulator === undefined) throw new BridgeError('device_absent')
      const label = { path: `emulated ${path}` }
      if (emulator.kind !== 'serial') return connectEmulator(emulator, label)
      const line = connectMemory(witnessed(emulator, onLine), label)
      lines[index] = line
      return line
    },
  })
  const sessions = createSupervisor({
    layouts: createLayouts(options.layouts ?? []),
    journal,
    encoders,
    credentials: {
      lookup: (credentialId) =>
        options.lookup?.(credentialId) ?? Promise.reject(new BridgeError('hub_unreachable')),
    },
    cards: { assign: options.assign ?? (() => Promise.reject(new BridgeError('not_paired'))) },
    rooms: roomsOf(options.rooms ?? {}),
    limits: { technologies: options.technologies ?? null, cardsAnHour: options.cardsAnHour ?? null },
    wallClock: () => new Date(),
    clock: systemClock,
    ...(options.delays !== undefined && { delays: options.delays }),
    log: { info: () => undefined, error: () => undefined },
  })
  let fence = journal.recent(10_000).reduce((highest, entry) => Math.max(highest, entry.order.fence), 0)
  let isOver = false

  const until = async (orderId: OrderId, isReached: (view: SessionView) => boolean): Promise<SessionView> => {
    let revision = 0
    for (;;) {
      const view = await sessions.next(orderId, revision, new AbortController().signal)
      if (view === null) throw new Error(`no session ${orderId}`)
      if (isReached(view)) return view
      if (view.state === 'ended') throw new Error(`ended before: ${JSON.stringify(view.ending)}`)
      revision = view.revision
    }
  }

  const accept = (change: Partial<Order>, encode: EncodeSubject | null): OrderId => {
    fence += 1
    const first = encoderIds[0]
    const order: Order = {
      orderId: OrderId.parse(randomUUID()),
      kind: encode === null ? 'scan' : 'encode',
      encoderIds: first === undefined ? [] : [first],
      fence,
      orderedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
      orderedBy: 'a test',
      timeZone: 'Europe/Vienna',
      origin: 'hub',
      encode,
      stay: null,
      assignTo: null,
      assign: null,
      ...change,
    }
    journal.accept(order)
    return order.orderId
  }

  const crash = async (): Promise<void> => {
    if (isOver) return
    isOver = true
    await sessions.drain(0)
    await encoders.close()
    journal.close()
  }

  return {
    journal,
    sessions,
    encoders,
    emulators,
    lines,
    encoderIds,
    order: (change = {}, subject = {}) => accept(change, encodeSubject(subject)),
    scan: (change = {}) => accept(change, null),
    ending: async (orderId) => {
      const view = await until(orderId, ({ state }) => state === 'ended')
      if (view.ending === null) throw new Error('ended without an ending')
      return view.ending
    },
    siteKeys,
    ready: () =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!encoders.list().every((encoder) => encoder.state === 'ready')) return
          stopLooking()
          resolve()
        }
        const stopLooking = encoders.onChange(look)
        look()
      }),
    confirm: (orderId) => sessions.confirm(orderId, sessions.view(orderId)?.revision ?? -1),
    reaches: (orderId, state) => until(orderId, (view) => view.state === state),
    crash,
    restart: async (change) => {
      await crash()
      return startDesk(folder, emulators, { ...options, ...change })
    },
    [Symbol.asyncDispose]: async () => {
      await crash()
      for (const emulator of emulators) emulator.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The same device on a line that is watched. */
const witnessed = (emulator: SerialEmulator, onLine: () => void): SerialEmulator => ({
  ...emulator,
  get baudRate() {
    return emulator.baudRate
  },
  connect: (send) =>
    emulator.connect((bytes) => {
      onLine()
      send(bytes)
    }),
  receive: (bytes, hostBaudRate) => {
    onLine()
    emulator.receive(bytes, hostBaudRate)
  },
})

/** What an encode order of a test writes. */
const encodeSubject = (change: Partial<EncodeSubject> = {}): EncodeSubject => ({
  purpose: 'additional',
  copies: 1,
  accessMethodId: randomUUID(),
  credentialId: randomUUID(),
  cardNumber: '4711',
  doorIds: [randomUUID()],
  startsAt: '2026-11-23T14:00:00Z',
  endsAt: '2099-11-25T11:00:00Z',
  confirmed: false,
  endsLiveKey: false,
  ...change,
})
