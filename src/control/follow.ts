import type { OrderId } from '../contract/ids.ts'
import type { SessionView } from '../contract/session-view.ts'
import type { ControlPorts } from './ports.ts'

type Sessions = ControlPorts['sessions']

/** Resolves when the session appears, or with null when the signal fires: an order may still be on its way from the hub. */
const appears = (sessions: Sessions, orderId: OrderId, signal: AbortSignal): Promise<SessionView | null> =>
  new Promise((resolve) => {
    const finish = (view: SessionView | null): void => {
      stop()
      signal.removeEventListener('abort', giveUp)
      resolve(view)
    }
    const giveUp = (): void => finish(null)
    const stop = sessions.onChange((view) => {
      if (view.orderId === orderId) finish(view)
    })
    signal.addEventListener('abort', giveUp)
    if (signal.aborted) giveUp()
  })

/**
 * The session of an order once its revision is above `after`, or as it is when the signal fires. Null when there is no
 * such session by then.
 */
export const follow = async (
  sessions: Sessions,
  orderId: OrderId,
  after: number,
  signal: AbortSignal,
): Promise<SessionView | null> => {
  const known = sessions.view(orderId) ?? (await appears(sessions, orderId, signal))
  if (known === null || known.revision > after || known.state === 'ended' || signal.aborted) return known
  return sessions.next(orderId, after, signal)
}
