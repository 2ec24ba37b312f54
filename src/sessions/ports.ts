import type { Layouts } from '../cards/layouts/index.ts'
import type { CardAssigner } from '../contract/card-assigner.ts'
import type { Credentials } from '../contract/credentials.ts'
import type { Encoders } from '../contract/encoders.ts'
import type { Journal } from '../contract/journal.ts'
import type { Rooms } from '../contract/rooms.ts'
import type { Clock } from '../contract/transport.ts'

/** What sessions are given: the contract's ports and the desk's own limits. */
export interface SessionPorts {
  readonly encoders: Encoders
  readonly journal: Journal
  readonly credentials: Credentials
  readonly cards: CardAssigner
  readonly layouts: Layouts
  /** Which rooms of the lock systems the doors of an order are. */
  readonly rooms: Rooms
  readonly limits: DeskLimits
  /** Moves the charts' delays and the pauses between looks at a card. */
  readonly clock: Clock
  /** The wall clock, for expiry and validity; delays run on the charts' own monotonic clock. */
  readonly wallClock: () => Date
}

/** What this desk allows whoever orders: even a compromised hub can't lift it. Null means no limit. */
export interface DeskLimits {
  readonly technologies: readonly string[] | null
  readonly cardsAnHour: number | null
}
