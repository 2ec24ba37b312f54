import type { DeskWork } from '../../contract/desk-work.ts'
import { BridgeError } from '../../contract/errors.ts'
import type { Clock } from '../../contract/transport.ts'
import { Nothing } from '../../seam-api/answers.ts'
import { findDeliverables, readSecret } from '../../seam-api/deliverables.ts'
import { grantOf, queryOf, toldSecrets } from '../from-channel-work.ts'
import { createWorkList } from '../work-list.ts'
import { askAs, type SeamClient } from './seam-client.ts'
import { createWaitingCards } from './waiting-cards.ts'

/** Whoever asks, Seam is asked no more often than this. */
const AT_LEAST_MS = 5_000

export interface RestWorkSettings {
  readonly client: SeamClient
  readonly acsSystemIds: readonly string[] | null
  readonly pollMs: number
  readonly timeZone: string
  readonly clock: Clock
  readonly wallClock: () => Date
}

/** What the desk has to do and to hand over, read from Seam itself, for as long as it is open. */
export const createRestWork = (settings: RestWorkSettings): DeskWork & { hint(): void; close(): void } => {
  const { client, acsSystemIds, clock, wallClock, pollMs, timeZone } = settings
  const cards = createWaitingCards(settings)
  const kept = createWorkList({ ask: cards.read, clock, wallClock, pollMs, atLeastMs: AT_LEAST_MS })
  // The link's state is that of the last question, so that somebody always asks.
  const stop = kept.onChange(() => undefined)

  return {
    list: kept.list,
    onChange: kept.onChange,
    refresh: kept.refresh,
    hint: kept.hint,
    grants: async (query, signal) => {
      const ask = askAs(client, signal)
      return (await findDeliverables(ask, { acsSystemIds, timeZone }, queryOf(query))).map(grantOf)
    },
    reveal: async (accessMethodId, secret, signal) => {
      const { value, reason } = await readSecret(askAs(client, signal), accessMethodId, toldSecrets[secret])
      if (reason === 'not_supported') throw new BridgeError(reason, 'This way in has no such secret.')
      if (value === null) throw new BridgeError('not_issued')
      return value
    },
    extend: async (accessGrantId, endsAt, signal) => {
      const body = { access_grant_id: accessGrantId, ends_at: endsAt }
      await client.ask('/access_grants/update', body, Nothing, signal)
      kept.hint()
    },
    close: () => {
      stop()
      kept.close()
    },
  }
}
