import type { EncoderId } from '../contract/ids.ts'
import type { Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'
import type { SessionView } from '../contract/session-view.ts'
import { endingText } from './prompts.ts'

/** The view of a session that is over, from memory or from the journal. */
export const endedView = (
  order: Order,
  encoderId: EncoderId | null,
  ending: Ending,
): Omit<SessionView, 'revision'> => ({
  orderId: order.orderId,
  kind: order.kind,
  state: 'ended',
  encoderId,
  progress: null,
  prompt: endingText(ending, order.kind),
  cancellable: false,
  ending,
})
