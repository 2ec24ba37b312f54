import { openLink } from '../../src/seam/link.ts'
import type { Link } from '../../src/seam/link.ts'
import type { Clock } from '../../src/contract/transport.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { openDesk } from '../sessions/desk.ts'
import type { Desk } from '../sessions/desk.ts'
import { straight } from '../seam/desk.ts'

/** A desk that is linked to a hub, and a guest at each of its encoders who lays a fresh card down for every order. */
export interface ChaosDesk {
  readonly desk: Desk
  readonly link: Link
  /** Which card was laid down for which order. */
  readonly cards: ReadonlyMap<string, { readonly uid: string; readonly encoder: number }>
  /** How often each order has ended before the eyes of the clerk. */
  readonly endings: ReadonlyMap<string, number>
  close(): Promise<void>
}

export interface ChaosDeskOptions {
  readonly index: number
  readonly encoders: number
  readonly clock: Clock
  readonly random: () => number
  readonly pairing: {
    readonly hubEndpoint: string
    readonly bridgeId: string
    readonly token: string
    readonly acsSystemId: string
  }
}

const uidOf = (desk: number, card: number): string =>
  `0${desk}${card.toString(16).padStart(6, '0')}`.toUpperCase()

export const openChaosDesk = async (options: ChaosDeskOptions): Promise<ChaosDesk> => {
  const { clock, pairing } = options
  let link: Link | null = null
  const desk = await openDesk({
    encoders: options.encoders,
    driverOptions: { sessionBaudRate: 115_200 },
    cardsAnHour: 10_000,
    lookup: (id) => link?.lookup(id, new AbortController().signal) ?? Promise.reject(new Error('no link')),
  })
  await desk.ready()
  desk.journal.setPairing({ ...pairing, machine: [] })

  const cards = new Map<string, { uid: string; encoder: number }>()
  const endings = new Map<string, number>()
  const serve = ({ orderId, state, encoderId }: SessionView): void => {
    const encoder = desk.encoderIds.findIndex((id) => id === encoderId)
    const emulator = desk.emulators[encoder]
    if (state === 'waitingForCard' && emulator !== undefined && !cards.has(orderId)) {
      const uid = uidOf(options.index, cards.size + 1)
      cards.set(orderId, { uid, encoder })
      emulator.removeCard()
      emulator.placeCard({ type: 'classic1k', uid })
    }
    if (state === 'ended') endings.set(orderId, (endings.get(orderId) ?? 0) + 1)
  }
  desk.sessions.onChange(serve)

  const opened = openLink({
    journal: desk.journal,
    encoders: desk.encoders,
    sessions: desk.sessions,
    machineMarks: () => [],
    endpointOverride: null,
    network: straight,
    version: '0.0.0',
    clock,
    wallClock: () => new Date(clock.now()),
    random: options.random,
    logger: { info: () => undefined, warn: () => undefined, debug: () => undefined },
  })
  link = opened
  return {
    desk,
    link: opened,
    cards,
    endings,
    close: async () => {
      opened.close()
      await desk[Symbol.asyncDispose]()
    },
  }
}
