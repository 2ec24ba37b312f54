import { BridgeError } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import { isAdmitted, type Caller } from './caller.ts'
import { follow } from './follow.ts'
import type { Owners } from './owners.ts'
import type { ControlPorts } from './ports.ts'
import type { SessionBody } from './schema.ts'
import type { Serve } from './serve.ts'
import { sessionBody, sessionSummary } from './views.ts'

const parseOrderId = (text: string): OrderId => {
  const parsed = OrderId.safeParse(text)
  if (!parsed.success) throw new BridgeError('order_unknown')
  return parsed.data
}

/** Serves the sessions: what is told of them, and what is answered to their questions. */
export const addSessionRoutes = (
  serve: Serve,
  { encoders, sessions, journal }: Pick<ControlPorts, 'encoders' | 'sessions' | 'journal'>,
  owners: Owners,
): void => {
  serve.sessions(() => {
    const list = encoders.list()
    return { sessions: sessions.list().map((view) => sessionSummary(view, list)) }
  })

  const bodyOf = async (
    orderId: OrderId,
    caller: Caller,
    after: number,
    signal: AbortSignal,
  ): Promise<SessionBody> => {
    const view = await follow(sessions, orderId, after, signal)
    if (view === null) throw new BridgeError('order_unknown')
    return sessionBody(view, encoders.list(), owners.isYours(orderId, caller))
  }

  serve.session(async ({ request, params, caller, patience }) => {
    const orderId = parseOrderId(params.order_id)
    using waiting = patience(request.wait_ms)
    return await bodyOf(orderId, caller, request.after, waiting.signal)
  })

  /**
   * Answers the session as it then is: a request that comes too late, or that nobody asked for, changes nothing. Of what somebody
   * else has ordered only installers decide.
   */
  const decide = (
    event: 'cancelled' | 'confirmed',
    text: string,
    caller: Caller,
    act: (orderId: OrderId) => boolean,
  ): Promise<SessionBody> => {
    const orderId = parseOrderId(text)
    if (sessions.view(orderId) === null) throw new BridgeError('order_unknown')
    if (!owners.isYours(orderId, caller) && !isAdmitted(caller, 'installer')) {
      throw new BridgeError('control_role', 'Somebody else has ordered it.')
    }
    if (act(orderId)) {
      journal.noteAudit({
        event,
        orderId,
        orderedBy: caller.label,
        encoderId: null,
        uid: null,
        outcome: null,
      })
    }
    return bodyOf(orderId, caller, -1, AbortSignal.abort())
  }
  serve.cancel(({ params, caller }) =>
    decide('cancelled', params.order_id, caller, (orderId) => sessions.cancel(orderId)),
  )
  serve.confirm(({ params, request, caller }) =>
    decide('confirmed', params.order_id, caller, (orderId) => sessions.confirm(orderId, request.revision)),
  )
}
