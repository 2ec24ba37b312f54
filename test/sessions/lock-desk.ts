import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type EncoderId, OrderId } from 'encoder-bridge/driver'
import { createLayouts } from '../../src/cards/layouts/index.ts'
import type { KeyLease } from '../../src/contract/encoders.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import type { Journal } from '../../src/contract/journal.ts'
import type { KeyAbilities, KeyReading } from '../../src/contract/key-system.ts'
import type { EncodeSubject, Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { Sessions, SessionState, SessionView } from '../../src/contract/session-view.ts'
import { openJournal } from '../../src/journal/journal.ts'
import type { RunDelays } from '../../src/sessions/start-chart.ts'
import { createSupervisor } from '../../src/sessions/supervisor.ts'
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts'
import { createFakeKeyEncoders, type FakeKeyEncoders } from '../support/fake-key-encoders.ts'
import { createFakeLockSystem, type FakeLockSystem } from '../support/fake-lock-system.ts'
import { roomsOf } from '../support/rooms.ts'
import { abilities } from './key-chart-support.ts'

export interface LockDeskOptions {
  readonly keys?: Partial<KeyAbilities>
  readonly abort?: KeyLease['abort']
  readonly delays?: RunDelays
  readonly cardsAnHour?: number
  /** Nothing is configured at this desk. */
  readonly isWithoutEncoders?: boolean
  /** The journal as the sessions see it. */
  readonly journalOf?: (journal: Journal) => Journal
  readonly onActed?: () => void
  readonly isAlive?: () => boolean
}

/** A desk in one process: the real journal and sessions, a fake lock system with two encoders, and a clock that stands. */
export interface LockDesk {
  readonly journal: Journal
  readonly sessions: Sessions
  readonly encoders: FakeKeyEncoders
  readonly system: FakeLockSystem
  readonly clock: FakeClock
  readonly encoderIds: readonly EncoderId[]
  /** An encoder of the desk that belongs to no lock system. */
  readonly otherId: EncoderId
  /** Journals an order for the first encoder and returns its id. */
  order(subject?: Partial<EncodeSubject>, change?: Partial<Order>): OrderId
  /** Journals an order that makes no key. */
  ask(change: Pick<Order, 'kind'> & Partial<Order>): OrderId
  /** Lets everything happen that needs no time. */
  settled(): Promise<void>
  /** Moves the clock until the session ends. */
  ending(orderId: OrderId): Promise<Ending>
  reaches(orderId: OrderId, state: SessionState): Promise<SessionView>
  /** Ends the daemon as a crash would: nothing is said to the journal. The lock system stays. */
  crash(): Promise<void>
  /** Starts it again on the same journal. */
  restart(change?: LockDeskOptions): Promise<LockDesk>
  [Symbol.asyncDispose](): Promise<void>
}

/** The doors of the orders, and what they are to the lock system. */
export const doors = { door101: '101', door102: '102', pool: '+pool' }
/** Wall clock at the start of every desk. */
const STARTED_AT = Date.parse('2026-11-23T14:00:00Z')

/** The key of an order of this desk as the lock system reads it. */
export const guestKey = (change: Partial<Extract<KeyReading, { kind: 'guest' }>> = {}): KeyReading => ({
  kind: 'guest',
  rooms: ['101'],
  isValid: true,
  startsAt: null,
  endsAt: { year: 2026, month: 11, day: 25, hour: 12, minute: 0 },
  authorisations: [],
  copy: 'original',
  serialNumber: '04A1B2C3',
  ...change,
})

export const openLockDesk = (options: LockDeskOptions = {}): Promise<LockDesk> =>
  startLockDesk(
    {
      folder: mkdtempSync(join(tmpdir(), 'lock-desk-')),
      clock: createFakeClock(),
      system: createFakeLockSystem(options),
    },
    options,
  )

interface World {
  readonly folder: string
  readonly clock: FakeClock
  readonly system: FakeLockSystem
}

const startLockDesk = async (world: World, options: LockDeskOptions): Promise<LockDesk> => {
  const { folder, clock, system } = world
  const wallClock = (): Date => new Date(STARTED_AT + clock.now())
  const file = openJournal({ path: join(folder, 'journal.db'), now: wallClock })
  const journal = options.journalOf?.(file) ?? file
  const encoderIds = ['1', '2'].map((address) => file.encoderIdOf(`lock:${address}`))
  const otherId = file.encoderIdOf('other')
  const encoders = createFakeKeyEncoders({
    device: system.device,
    keys: { ...abilities, ...options.keys },
    abort: options.abort ?? 'anytime',
    encoders: (options.isWithoutEncoders === true ? [] : encoderIds).map((encoderId, index) => ({
      encoderId,
      address: String(index + 1),
    })),
    other: otherId,
  })
  const sessions = createSupervisor({
    layouts: createLayouts([]),
    journal,
    encoders,
    rooms: roomsOf(doors),
    credentials: { lookup: () => Promise.reject(new BridgeError('hub_unreachable')) },
    cards: { assign: () => Promise.reject(new BridgeError('not_paired')) },
    limits: { technologies: ['none at all'], cardsAnHour: options.cardsAnHour ?? null },
    wallClock,
    clock,
    ...(options.delays !== undefined && { delays: options.delays }),
    log: { info: () => undefined, error: () => undefined },
  })
  let fence = file.recent(1000).reduce((highest, entry) => Math.max(highest, entry.order.fence), 0)
  let isOver = false

  const ask = (change: Partial<Order>): OrderId => {
    fence += 1
    const order: Order = {
      orderId: OrderId.parse(randomUUID()),
      kind: 'scan',
      encoderIds: encoderIds.slice(0, 1),
      fence,
      orderedAt: wallClock().toISOString(),
      expiresAt: new Date(wallClock().getTime() + 600_000).toISOString(),
      orderedBy: 'a test',
      timeZone: 'Europe/Vienna',
      origin: 'hub',
      encode: null,
      stay: null,
      assignTo: null,
      assign: null,
      ...change,
    }
    journal.accept(order)
    return order.orderId
  }

  const until = async (orderId: OrderId, isReached: (view: SessionView) => boolean): Promise<SessionView> => {
    let revision = 0
    for (;;) {
      const view = await clock.drive(sessions.next(orderId, revision, new AbortController().signal), 600_000)
      if (view === null) throw new Error(`no session ${orderId}`)
      if (isReached(view)) return view
      if (view.state === 'ended') throw new Error(`ended before: ${JSON.stringify(view.ending)}`)
      revision = view.revision
    }
  }

  const crash = async (): Promise<void> => {
    if (isOver) return
    isOver = true
    await clock.drive(sessions.drain(0))
    file.close()
  }

  return {
    journal,
    sessions,
    encoders,
    system,
    clock,
    encoderIds,
    otherId,
    order: (subject = {}, change = {}) =>
      ask({
        kind: 'encode',
        encode: {
          purpose: 'new',
          copies: 1,
          accessMethodId: randomUUID(),
          credentialId: randomUUID(),
          cardNumber: '4711',
          doorIds: ['door101'],
          startsAt: '2026-11-23T14:00:00Z',
          endsAt: '2026-11-25T11:00:00Z',
          confirmed: false,
          endsLiveKey: false,
          ...subject,
        },
        ...change,
      }),
    ask,
    settled: () => clock.advance(0),
    ending: async (orderId) => {
      const view = await until(orderId, ({ state }) => state === 'ended')
      if (view.ending === null) throw new Error('ended without an ending')
      return view.ending
    },
    reaches: (orderId, state) => until(orderId, (view) => view.state === state),
    crash,
    restart: async (change) => {
      await crash()
      return startLockDesk(world, { ...options, ...change })
    },
    [Symbol.asyncDispose]: async () => {
      await crash()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
