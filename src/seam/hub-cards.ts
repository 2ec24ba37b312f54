import type { CardAssigner } from '../contract/card-assigner.ts'
import { AssignCardResponse } from '../contract/channel-work.ts'
import { BridgeError, isBridgeError, type ErrorCode } from '../contract/errors.ts'
import type { Link } from './link.ts'
import { wasNeverSent } from './never-sent.ts'

const PATH = '/bridge/v1/access_methods/assign_card'

/** The hub has looked, and refuses. */
const refusals: readonly ErrorCode[] = ['card_not_assigned', 'hub_refused']
/** The question did not leave this computer, or the hub did not hear who asked. */
const unheard: readonly ErrorCode[] = [
  'not_paired',
  'machine_changed',
  'hub_unauthorized',
  'hub_insecure',
  'config_invalid',
]

/** Whether the error says that the card was not given; before a restart it may have been, whatever is true of this question. */
const isCertain = (error: unknown, isRepeat: boolean): boolean =>
  isBridgeError(error) &&
  (refusals.includes(error.code) || (!isRepeat && (unheard.includes(error.code) || wasNeverSent(error))))

/** Has the hub give cards away. The same question again changes nothing there, so that an answer which was lost is asked for anew. */
export const createHubCards = (link: Pick<Link, 'ask'>): CardAssigner => ({
  assign: async ({ accessMethodId, cardNumber, isRepeat }, signal) => {
    try {
      const body = { access_method_id: accessMethodId, card_number: cardNumber }
      const { assigned, reason } = await link.ask(PATH, body, AssignCardResponse, signal)
      if (!assigned) throw new BridgeError('card_not_assigned', reason ?? undefined)
    } catch (error) {
      if (isCertain(error, isRepeat)) throw error
      throw new BridgeError('outcome_unknown', 'Whether the card was assigned is not known.', {
        cause: error,
      })
    }
  },
})
