import type { EncoderBody, SessionSummary } from '../../control/schema.ts'
import type { DeskState, OrderNote } from './state.ts'

/** One encoder and what goes on at it. */
export interface Lane {
  readonly encoder: EncoderBody
  /** Under way, or ended and not yet put away; null for a free encoder. */
  readonly session: SessionSummary | null
  readonly note: OrderNote | null
  /** Orders that wait behind it. */
  readonly waiting: number
}

const isOpen = ({ state }: SessionSummary): boolean => state !== 'ended'

/** Whether cards are made with it: a scanner only reads. */
const makesCards = ({ kind }: EncoderBody): boolean => kind !== 'scanner'

/** What is shown at each encoder: what runs there, else what ended last and was not put away. */
export const lanesOf = ({ status, sessions, orders }: DeskState): readonly Lane[] =>
  (status?.encoders ?? []).filter(makesCards).map((encoder) => {
    const here = [...sessions.values()].filter(({ encoder_id: id }) => id === encoder.encoder_id)
    const open = here.filter(isOpen)
    const running = open.find(({ state }) => state !== 'queued') ?? open[0]
    const ended = here.findLast((one) => !isOpen(one) && one.kind !== 'scan')
    const isSeen = ended !== undefined && orders.get(ended.order_id)?.isSeen === true
    const session = running ?? (isSeen ? null : (ended ?? null))
    return {
      encoder,
      session,
      note: session === null ? null : (orders.get(session.order_id) ?? null),
      waiting: Math.max(0, open.length - 1),
    }
  })
