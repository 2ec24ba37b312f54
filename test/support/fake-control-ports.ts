import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Card } from '../../src/contract/card.ts'
import type { ScannerRead } from '../../src/contract/device.ts'
import type { DeliverableGrant, WorkList } from '../../src/contract/desk-work.ts'
import type { EncoderView } from '../../src/contract/encoders.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { EncoderId, OrderId } from '../../src/contract/ids.ts'
import type { AuditLine, Journal, OutboxFigures } from '../../src/contract/journal.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import type { ControlPorts, Identified, PairingView, RoomPorts } from '../../src/control/ports.ts'
import { startControl, type Control, type ControlOptions } from '../../src/control/server.ts'
import { systemClock } from '../../src/service/system-clock.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { createFakeUpkeep } from './fake-upkeep-ports.ts'

export const frontDesk: EncoderView = {
  encoderId: EncoderId.parse('11111111-1111-4111-8111-111111111111'),
  name: 'Front Desk',
  driver: 'pn532',
  kind: 'card',
  address: null,
  keys: null,
  transport: 'serial',
  identity: 'path:/dev/ttyUSB0',
  presentation: 'field',
  indicators: [],
  path: '/dev/ttyUSB0',
  layout: 'demo',
  technologies: ['mifare-classic-1k'],
  state: 'ready',
  error: null,
  info: { model: 'PN532', firmware: '1.6', serialNumber: null },
  lease: null,
}

export const backOffice: EncoderView = {
  ...frontDesk,
  encoderId: EncoderId.parse('22222222-2222-4222-8222-222222222222'),
  name: 'Back Office',
  path: '/dev/ttyUSB1',
  identity: 'path:/dev/ttyUSB1',
}

/** An encoder of a lock system that can do everything. */
export const keyCoder: EncoderView = {
  ...frontDesk,
  encoderId: EncoderId.parse('44444444-4444-4444-8444-444444444444'),
  name: 'Key Coder',
  driver: 'fias',
  kind: 'keySystem',
  address: '01',
  keys: {
    purposes: ['new', 'additional', 'oneShot'],
    copiesAtOnce: 1,
    rooms: 1,
    authorisations: true,
    timeStep: 'minute',
    needsEnd: true,
    isParallel: true,
    refusals: [],
    reads: true,
    checksOut: true,
    movesStays: true,
    cancelsTasks: true,
    assigns: false,
  },
  technologies: [],
}

export const accessMethodId = '33333333-3333-4333-8333-333333333333'
const orderId = OrderId.parse('order-1')

export const waitingSession: SessionView = {
  orderId,
  kind: 'encode',
  state: 'waitingForCard',
  revision: 1,
  encoderId: frontDesk.encoderId,
  progress: null,
  prompt: 'Place the card on Front Desk.',
  cancellable: true,
  ending: null,
}

/** Something that happens when a test says so, and how many are told. */
const createHappening = <T>() => {
  const observers = new Set<(value: T) => void>()
  return {
    add: (observer: (value: T) => void) => {
      observers.add(observer)
      return () => void observers.delete(observer)
    },
    tell: (value: T): void => {
      for (const observer of observers) observer(value)
    },
    count: () => observers.size,
  }
}

const untilAborted = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const giveUp = (): void => reject(new BridgeError('aborted'))
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
  })

/** The ports of the control API, held in memory and steered by a test. */
const createFakePorts = (journal: () => Journal) => {
  const views = new Map<string, SessionView>()
  const observers = new Set<(view: SessionView) => void>()
  const calls: unknown[] = []
  const orderedByLabels: string[] = []
  const state = {
    encoders: [frontDesk] as readonly EncoderView[],
    audit: [] as readonly AuditLine[],
    pairing: { state: 'unpaired' } as PairingView,
    rooms: { rows: [], error: null } as ReturnType<RoomPorts['list']>,
    roomsCheck: { entrances: [], missing: [], unknown: [], unknownSystems: [] } as Awaited<
      ReturnType<RoomPorts['check']>
    >,
    work: { items: [], asOf: null, error: null } as WorkList,
    grants: [] as readonly DeliverableGrant[],
    outbox: { waiting: 2, oldestAt: '2026-11-23T10:00:00.000Z', refused: 0 } as OutboxFigures,
    isDiskFull: false,
    isDeviceLoopAlive: true,
    /** What identify tells; null waits until it is given up. */
    identified: null as Identified | null,
    /** What is shown as a badge; null waits until it is given up. */
    badge: null as string | null,
    /** Beside the metrics, which always look. */
    watchers: () => observers.size - 1,
  }
  const changes = createHappening<void>()
  const linkChanges = createHappening<void>()
  const workChanges = createHappening<void>()
  const reads = createHappening<{ encoderId: EncoderId; read: ScannerRead }>()
  const cards = createHappening<{ encoderId: EncoderId; orderId: OrderId; card: Card }>()
  const view = (id: string): SessionView | null => views.get(id) ?? null

  const { upkeep, ports: upkeepPorts } = createFakeUpkeep(calls)

  const ports: ControlPorts = {
    ...upkeepPorts,
    virtual: {
      place: (name, card) => void calls.push({ place: { name, card } }),
      remove: (name, uid) => void calls.push({ remove: { name, uid } }),
      present: (name, read) => void calls.push({ present: { name, read } }),
    },
    isDeviceLoopAlive: () => state.isDeviceLoopAlive,
    encoders: {
      list: () => state.encoders,
      takeOver: (encoderId, from) => {
        calls.push({ takeOver: { encoderId, from } })
        return from === orderId
      },
      onChange: changes.add,
      onScannerRead: reads.add,
      onCard: cards.add,
      accept: (encoderId) => void calls.push({ accept: encoderId }),
      identify: (encoderId, signal) => {
        calls.push({ identify: encoderId })
        return state.identified === null ? untilAborted(signal) : Promise.resolve(state.identified)
      },
      nextBadge: (encoderId, signal) => {
        calls.push({ nextBadge: encoderId })
        return state.badge === null ? untilAborted(signal) : Promise.resolve(state.badge)
      },
    },
    sessions: {
      view,
      list: () => [...views.values()],
      next: (id, after, signal) =>
        new Promise((resolve) => {
          const settle = (): void => {
            observers.delete(observer)
            resolve(view(id))
          }
          const observer = (changed: SessionView): void => {
            if (changed.orderId === id && changed.revision > after) settle()
          }
          observers.add(observer)
          signal.addEventListener('abort', settle)
        }),
      onChange: (observer) => {
        observers.add(observer)
        return () => observers.delete(observer)
      },
      cancel: (id) => calls.push({ cancel: id }) > 0,
      confirm: (id, revision) => calls.push({ confirm: id, revision }) > 0,
    },
    journal: {
      get people() {
        return journal().people
      },
      noteAudit: (line) => journal().noteAudit(line),
      touch: () => {
        if (state.isDiskFull) throw new BridgeError('data_unwritable')
        journal().touch()
      },
      audit: (since) => [
        ...state.audit.filter(({ at }) => since === undefined || at >= since),
        ...journal().audit(since),
      ],
      outboxFigures: () => state.outbox,
    },
    link: {
      onChange: linkChanges.add,
      view: () => ({
        state: 'connected',
        transport: 'websocket',
        hubEndpoint: 'http://127.0.0.1:27412',
        connectedSince: '2026-11-23T09:00:00.000Z',
        clockSkewMs: 12,
        error: null,
      }),
      requestEncode: (request) => {
        calls.push({ encode: request })
        return Promise.resolve(orderId)
      },
    },
    orderScan: (encoderId, orderedBy, userIdentityId) => {
      orderedByLabels.push(orderedBy)
      calls.push({ scan: encoderId, ...(userIdentityId !== null && { userIdentityId }) })
      return orderId
    },
    orderTest: (encoderId, orderedBy) => {
      orderedByLabels.push(orderedBy)
      calls.push({ test: encoderId })
      return orderId
    },
    orderAssign: (encoderId, method, orderedBy) => {
      orderedByLabels.push(orderedBy)
      calls.push({ assign: method, encoderId })
      return orderId
    },
    orderStay: (encoderId, stay, orderedBy) => {
      orderedByLabels.push(orderedBy)
      calls.push({ stay, encoderId })
      return orderId
    },
    rooms: {
      list: () => state.rooms,
      replace: (rows, isDryRun) => {
        calls.push({ replaceRooms: rows, isDryRun })
        if (!isDryRun) state.rooms = { rows, error: null }
        return { added: rows.length, changed: 0, removed: 0, unchanged: 0 }
      },
      check: () => Promise.resolve(state.roomsCheck),
    },
    work: {
      list: () => state.work,
      onChange: workChanges.add,
      refresh: () => {
        calls.push('refreshWork')
        return Promise.resolve(state.work)
      },
      grants: (query) => {
        calls.push({ grants: query })
        return Promise.resolve(state.grants)
      },
      reveal: (revealed, secret) => {
        calls.push({ reveal: revealed, secret })
        return Promise.resolve('the secret')
      },
      extend: (accessGrantId, endsAt) => {
        calls.push({ extend: accessGrantId, endsAt })
        return Promise.resolve()
      },
    },
    doctor: () => Promise.resolve({ checks: [{ name: 'node', status: 'ok', message: 'Node 20.' }] }),
    pairing: {
      start: (request) => {
        calls.push({ pair: request })
        return Promise.resolve(state.pairing)
      },
      view: () => state.pairing,
    },
  }
  return {
    ports,
    state,
    upkeep,
    /** What was asked of the daemon, in order. */
    calls,
    /** Who was told to the daemon as having ordered. */
    orderedByLabels,
    /** What happens at the devices. */
    changes,
    workChanges,
    reads,
    cards,
    /** Publishes a session. */
    show: (session: SessionView): void => {
      views.set(session.orderId, session)
      for (const observer of observers) observer(session)
    },
  }
}

type Settings = Partial<Pick<ControlOptions, 'clock' | 'wallClock' | 'lockAfterMs' | 'pageDir' | 'doctor'>>

/** A control API that really listens, in a data directory of its own, over a real journal and fake ports. */
export const openControl = async (
  port = 0,
  dataDir = mkdtempSync(join(tmpdir(), 'control-')),
  settings: Settings = {},
) => {
  // Its own: two that share a data directory, as after a crash, could not share a journal.
  const deskDir = mkdtempSync(join(tmpdir(), 'desk-'))
  const path = join(deskDir, 'journal.db')
  let journal = openJournal({ path })
  const fake = createFakePorts(() => journal)
  const log: { level: string; fields: object; message: string }[] = []
  const note = (level: string) => (fields: object, message: string) => {
    log.push({ level, fields, message })
  }
  const start = () =>
    startControl({
      ...fake.ports,
      port,
      dataDir,
      version: '1.2.3',
      logger: { warn: note('warn'), error: note('error') },
      clock: systemClock,
      wallClock: () => new Date(),
      lockAfterMs: 900_000,
      pageDir: join(dataDir, 'page'),
      ...settings,
    })
  let control: Control
  try {
    control = await start()
  } catch (error) {
    journal.close()
    rmSync(deskDir, { recursive: true, force: true })
    throw error
  }
  const token = readFileSync(join(dataDir, 'control-token'), 'utf8').trim()
  const placeOf = ({ endpoint }: Control) => ({ endpoint, token, port: Number(new URL(endpoint).port) })
  return {
    ...fake,
    ...placeOf(control),
    dataDir,
    /** Where the journal lies. */
    deskDir,
    log,
    close: () => control.close(),
    /** Stops the daemon and starts it again on the same data: `now` tells where it answers then. */
    restart: async (): Promise<void> => {
      await control.close()
      journal.close()
      journal = openJournal({ path })
      control = await start()
    },
    now: () => placeOf(control),
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await control.close()
      journal.close()
      for (const dir of [dataDir, deskDir]) rmSync(dir, { recursive: true, force: true })
    },
  }
}
