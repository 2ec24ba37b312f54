import type { BridgeError } from '../../contract/errors.ts'
import type { EncoderBody, SessionSummary, StatusResponse } from '../../control/schema.ts'
import type { EventBody } from '../../control/schema/events.ts'
import type { MeResponse } from '../../control/schema/people.ts'
import type { WorkResponse } from '../../control/schema/work.ts'

/** How far the page has come with its daemon. */
export type Reach = 'connecting' | 'reached' | 'unreachable' | 'signed_out'

/** What this page knows of an order beside its session. */
export interface OrderNote {
  /** What it is for, as people call it: a room, a task. */
  readonly title: string
  /** Its ending was seen and put away. */
  readonly isSeen: boolean
}

/** What the page knows of the desk; one object for each change. */
export interface DeskState {
  readonly reach: Reach
  /** Why it can't be signed in, or what else keeps the page from the daemon. */
  readonly error: BridgeError | null
  readonly me: MeResponse | null
  readonly status: StatusResponse | null
  readonly work: WorkResponse | null
  /** By order; ended ones stay until the page is loaded again, so that an ending is not overlooked. */
  readonly sessions: ReadonlyMap<string, SessionSummary>
  readonly orders: ReadonlyMap<string, OrderNote>
}

/** Nothing is known yet. */
export const firstState: DeskState = {
  reach: 'connecting',
  error: null,
  me: null,
  status: null,
  work: null,
  sessions: new Map(),
  orders: new Map(),
}

const withEncoder = (encoders: readonly EncoderBody[], changed: EncoderBody): EncoderBody[] =>
  encoders.some(({ encoder_id: id }) => id === changed.encoder_id)
    ? encoders.map((one) => (one.encoder_id === changed.encoder_id ? changed : one))
    : [...encoders, changed]

/** A change that comes late never takes the place of a newer one. */
export const withSession = (
  sessions: ReadonlyMap<string, SessionSummary>,
  changed: SessionSummary,
): ReadonlyMap<string, SessionSummary> => {
  const known = sessions.get(changed.order_id)
  if (known !== undefined && known.revision > changed.revision) return sessions
  return new Map(sessions).set(changed.order_id, changed)
}

/** What an event makes of the state; events that say "ask again" change nothing by themselves. */
export const afterEvent = (state: DeskState, event: EventBody): DeskState => {
  const { status } = state
  switch (event.type) {
    case 'session.changed':
      return { ...state, sessions: withSession(state.sessions, event.session) }
    case 'device.changed':
      if (status === null) return state
      return { ...state, status: { ...status, encoders: withEncoder(status.encoders, event.encoder) } }
    case 'link.changed':
      if (status === null) return state
      return { ...state, status: { ...status, link: event.link, outbox: event.outbox } }
    default:
      return state
  }
}
