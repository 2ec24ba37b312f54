import type { WorkItem } from '../../contract/desk-work.ts'
import { followWaitingCards } from '../../seam-api/waiting-cards.ts'
import { itemOf } from '../from-channel-work.ts'
import { askAs, type SeamClient } from './seam-client.ts'

export interface WaitingCardsSettings {
  readonly client: SeamClient
  /** The access systems whose cards this desk makes; null for all that the key sees. */
  readonly acsSystemIds: readonly string[] | null
  /** The property's. */
  readonly timeZone: string
  readonly wallClock: () => Date
}

/** Follows the cards that wait in Seam, for this desk. */
export const createWaitingCards = ({ client, timeZone, ...settings }: WaitingCardsSettings) => {
  const cards = followWaitingCards({
    ...settings,
    timeZone: () => timeZone,
    clockSkewMs: client.clockSkewMs,
    prefers: 'assign',
  })
  return {
    /** What waits now, those that start first. Rejects as the client does. */
    read: async (signal: AbortSignal): Promise<readonly WorkItem[]> =>
      (await cards.read(askAs(client, signal))).map(itemOf),
  }
}
