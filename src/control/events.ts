import { noUid, type EncoderId, type OrderId } from '../contract/ids.ts'
import type { SessionView } from '../contract/session-view.ts'
import type { Clock } from '../contract/transport.ts'
import { isAdmitted, type Caller } from './caller.ts'
import type { Owners } from './owners.ts'
import type { Pages } from './people/pages.ts'
import type { ControlPorts } from './ports.ts'
import type { EventBody } from './schema/events.ts'
import type { Admission } from './schema/routes.ts'
import { encoderBody, linkBody, sessionSummary } from './views.ts'

/** So that neither end takes a quiet desk for a dead connection. */
const ALIVE_EVERY_MS = 20_000
/** How soon it is told that results have left. */
const LOOK_EVERY_MS = 1_000

/** Progress is for the eye. Told block by block it would take the processor from the encode, on every page that is open. */
const PROGRESS_EVERY_MS = 250

/** Somebody who listens. Who it is may change meanwhile: a page is locked, a clerk goes. */
export interface Follower {
  caller(): Caller
  readonly isRevealing: boolean
  readonly wantsLog: boolean
  send(message: string): void
}

/** An event as it is made; the feed adds when it was. */
type Told<T extends EventBody['type'] = EventBody['type']> = T extends unknown
  ? Omit<Extract<EventBody, { type: T }>, 'at'>
  : never

/** Tells an event to those who may know it: a message is made once, however many listen. */
export type Tell = (event: Told, admits: Admission, mayKnow?: (follower: Follower) => boolean) => void

/** Something that happens, for as long as somebody listens. */
type Source = (tell: Tell) => () => void

export interface FeedPorts {
  readonly ports: Pick<ControlPorts, 'encoders' | 'sessions' | 'work' | 'link' | 'journal' | 'log'>
  readonly pages: Pick<Pages, 'onChange'>
  readonly owners: Pick<Owners, 'isYours'>
  readonly clock: Clock
  readonly wallClock: () => Date
}

const every = (clock: Clock, periodMs: number, act: () => void): (() => void) => {
  let timer: unknown
  const again = (): void => {
    timer = clock.setTimeout(() => {
      act()
      again()
    }, periodMs)
  }
  again()
  return () => clock.clearTimeout(timer)
}

const alive =
  (clock: Clock): Source =>
  (tell) =>
    every(clock, ALIVE_EVERY_MS, () => tell({ type: 'alive' }, 'locked'))

/** What happens at the devices, told to whoever may see the state of the desk; what was read stays with whose it is. */
const devices =
  ({ ports: { encoders, sessions }, owners }: FeedPorts, told: Map<EncoderId, string>): Source =>
  (tell) => {
    const nameOf = (encoderId: EncoderId): string =>
      encoders.list().find((encoder) => encoder.encoderId === encoderId)?.name ?? ''
    const tellChanges = (): void => {
      for (const view of encoders.list()) {
        const encoder = encoderBody(view)
        const text = JSON.stringify(encoder)
        if (told.get(view.encoderId) === text) continue
        told.set(view.encoderId, text)
        tell({ type: 'device.changed', encoder }, 'locked')
      }
    }
    tellChanges()
    const stops = [
      encoders.onChange(tellChanges),
      encoders.onCard(({ encoderId, orderId, card }) => {
        const event = {
          type: 'card.presented' as const,
          encoder_id: encoderId,
          encoder_name: nameOf(encoderId),
          order_id: orderId,
          technology: card.technology,
        }
        // A card that is shown to no session may be a clerk's badge.
        const isOwners = ({ caller }: Follower): boolean =>
          sessions.view(orderId) !== null && owners.isYours(orderId, caller())
        const uid = card.uid === noUid ? null : card.uid
        tell({ ...event, card_uid: uid }, 'read_only', isOwners)
        tell({ ...event, card_uid: null }, 'read_only', (follower) => !isOwners(follower))
      }),
      encoders.onScannerRead(({ encoderId, read }) => {
        const event = {
          type: 'scanner.read' as const,
          encoder_id: encoderId,
          encoder_name: nameOf(encoderId),
          technology: read.technology,
          size_bytes: read.data.length,
          bit_count: read.bitCount,
          symbology: read.symbology,
        }
        const isTold = ({ caller, isRevealing }: Follower): boolean =>
          isRevealing && isAdmitted(caller(), 'installer')
        const data = Buffer.from(read.data).toString('hex').toUpperCase()
        tell({ ...event, data }, 'read_only', isTold)
        tell({ ...event, data: null }, 'read_only', (follower) => !isTold(follower))
      }),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }

const orders =
  ({ ports: { encoders, sessions, work }, clock }: FeedPorts): Source =>
  (tell) => {
    /** Sessions whose progress was told a moment ago, with what is told next. */
    const resting = new Map<
      OrderId,
      { readonly told: SessionView; next: SessionView | null; timer: unknown }
    >()

    const tellSession = (view: SessionView): void => {
      tell({ type: 'session.changed', session: sessionSummary(view, encoders.list()) }, 'read_only')
      if (view.progress === null) return
      const rest = {
        told: view,
        next: null as SessionView | null,
        timer: clock.setTimeout(() => {
          resting.delete(view.orderId)
          if (rest.next !== null) tellSession(rest.next)
        }, PROGRESS_EVERY_MS),
      }
      resting.set(view.orderId, rest)
    }
    const hear = (view: SessionView): void => {
      const rest = resting.get(view.orderId)
      if (rest?.told.state === view.state) {
        rest.next = view
        return
      }
      clock.clearTimeout(rest?.timer)
      resting.delete(view.orderId)
      tellSession(view)
    }
    const stops = [sessions.onChange(hear), work.onChange(() => tell({ type: 'work.changed' }, 'read_only'))]
    return () => {
      for (const stop of stops) stop()
      for (const { timer } of resting.values()) clock.clearTimeout(timer)
    }
  }

const hubLink =
  ({ ports: { link, journal }, clock }: FeedPorts): Source =>
  (tell) => {
    const look = (): Told<'link.changed'> => {
      const { waiting, oldestAt, refused } = journal.outboxFigures()
      return {
        type: 'link.changed',
        link: linkBody(link.view()),
        outbox: { waiting, oldest_at: oldestAt, refused },
      }
    }
    let told = JSON.stringify(look())
    const tellChange = (): void => {
      const event = look()
      const text = JSON.stringify(event)
      if (text === told) return
      told = text
      tell(event, 'locked')
    }
    const stops = [link.onChange(tellChange), every(clock, LOOK_EVERY_MS, tellChange)]
    return () => {
      for (const stop of stops) stop()
    }
  }

/** The log has a line each for many things that happen: only who asks for it is told. */
const logLines =
  ({ ports: { log } }: FeedPorts): Source =>
  (tell) =>
    log.onLine((line) =>
      tell(
        { type: 'log.line', line: { ...line, fields: { ...line.fields } } },
        'installer',
        ({ wantsLog }) => wantsLog,
      ),
    )

/** What happens at the desk, for as many as listen. Nothing is observed while nobody does. */
export const createFeed = (parts: FeedPorts) => {
  const { clock, wallClock, pages } = parts
  const followers = new Set<Follower>()
  const seen = new Map<Follower, Caller>()
  const devicesTold = new Map<EncoderId, string>()
  let stops: (() => void)[] = []

  const messageOf = (event: Told): string => JSON.stringify({ ...event, at: wallClock().toISOString() })
  const tell: Tell = (event, admits, mayKnow = () => true) => {
    let message: string | undefined
    for (const follower of [...followers]) {
      if (isAdmitted(follower.caller(), admits) && mayKnow(follower)) {
        follower.send((message ??= messageOf(event)))
      }
    }
  }
  /** Each page hears when somebody else is at it, and at no other. */
  const tellWho = (): void => {
    for (const follower of [...followers]) {
      const caller = follower.caller()
      const before = seen.get(follower)
      seen.set(follower, caller)
      if (before?.key !== caller.key || before.role !== caller.role || before.label !== caller.label) {
        follower.send(messageOf({ type: 'me.changed' }))
      }
    }
  }
  const start = (): void => {
    const sources = [
      devices(parts, devicesTold),
      orders(parts),
      hubLink(parts),
      logLines(parts),
      alive(clock),
    ]
    stops = [...sources.map((source) => source(tell)), pages.onChange(tellWho)]
  }
  const stop = (): void => {
    for (const stopOne of stops) stopOne()
    stops = []
    devicesTold.clear()
  }

  return {
    count: () => followers.size,
    /** Begins with every encoder as it is. Returns what ends it. */
    follow: (follower: Follower): (() => void) => {
      if (followers.size === 0) start()
      followers.add(follower)
      seen.set(follower, follower.caller())
      for (const text of devicesTold.values()) {
        const at = wallClock().toISOString()
        follower.send(`{"type":"device.changed","encoder":${text},"at":${JSON.stringify(at)}}`)
      }
      return () => {
        followers.delete(follower)
        seen.delete(follower)
        if (followers.size === 0) stop()
      }
    },
  }
}
export type Feed = ReturnType<typeof createFeed>
