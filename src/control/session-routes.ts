import { BridgeError } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import { follow } from './follow.ts'
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
  { encoders, sessions }: Pick<ControlPorts, 'encoders' | 'sessions'>,
): void => {
  serve.sessions(() => {
    const list = encoders.list()
    return { sessions: sessions.list().map((view) => sessionSummary(view, list)) }
  })

  const bodyOf = async (orderId: OrderId, after: number, signal: AbortSignal): Promise<SessionBody> => {
    const view = await follow(sessions, orderId, after, signal)
    if (view === null) throw new BridgeError('order_unknown')
    return sessionBody(view, encoders.list())
  }

  serve.session(async ({ request, params, patience }) => {
    const orderId = parseOrderId(params.order_id)
    using waiting = patience(request.wait_ms)
    return await bodyOf(orderId, request.after, waiting.signal)
  })

  // Both answer the session as it then is: a request that comes too late, or that nobody asked for, changes nothing.
  serve.cancel(({ params }) => {
    const orderId = parseOrderId(params.order_id)
    sessions.cancel(orderId)
    return bodyOf(orderId, -1, AbortSignal.abort())
  })
  serve.confirm(({ params, request }) => {
    const orderId = parseOrderId(params.order_id)
    sessions.confirm(orderId, request.revision)
    return bodyOf(orderId, -1, AbortSignal.abort())
  })
}
