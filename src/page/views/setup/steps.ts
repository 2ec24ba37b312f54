import type { EncoderBody, SessionSummary, StatusResponse } from '../../../control/schema.ts'
import type { MeResponse } from '../../../control/schema/people.ts'
import { trialOf } from '../devices/trial-of.ts'

export type StepName = 'device' | 'pair' | 'test' | 'clerks'

/** The steps of the first run, as the daemon shows them; nothing of it is kept by the page. */
export interface Steps {
  readonly done: Readonly<Record<StepName, boolean>>
  /** The first that is not done. */
  readonly now: StepName | null
  /** What the test is made with; null where nothing here can be tried but by an order. */
  readonly trialOn: EncoderBody | null
}

const order: readonly StepName[] = ['device', 'pair', 'test', 'clerks']

const hasProven = ({ ending }: SessionSummary): boolean =>
  ending?.kind === 'encoded' || ending?.kind === 'scanned'

/** A card says more than a scan. */
const trialOn = (encoders: readonly EncoderBody[]): EncoderBody | null =>
  encoders.find((encoder) => trialOf(encoder) === 'card') ??
  encoders.find((encoder) => trialOf(encoder) === 'scan') ??
  null

export const stepsOf = (
  status: Pick<StatusResponse, 'encoders' | 'link'>,
  me: Pick<MeResponse, 'has_clerks'>,
  sessions: readonly SessionSummary[],
): Steps => {
  const { encoders, link } = status
  const tried = trialOn(encoders)
  const done = {
    device: encoders.length > 0,
    pair: link.state !== 'unpaired',
    test: encoders.length > 0 && (tried === null || sessions.some(hasProven)),
    clerks: me.has_clerks,
  }
  return { done, now: order.find((name) => !done[name]) ?? null, trialOn: tried }
}

/** Whether the page opens with the first run: nothing can be made here yet. */
export const isNew = ({ encoders, link }: Pick<StatusResponse, 'encoders' | 'link'>): boolean =>
  encoders.length === 0 || link.state === 'unpaired'
