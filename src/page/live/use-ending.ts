import { useEffect, useState } from 'react'
import type { EndingBody, SessionSummary } from '../../control/schema.ts'
import { useDesk } from './use-desk.tsx'

/** The whole truth about how a session ended; null until it has ended and the daemon has told it. */
export const useEnding = (session: SessionSummary | undefined): EndingBody | null => {
  const { client } = useDesk()
  const orderId = session?.ending == null ? null : session.order_id
  const [told, setTold] = useState<{ readonly orderId: string; readonly ending: EndingBody | null } | null>(
    null,
  )
  useEffect(() => {
    if (orderId === null) return undefined
    const giveUp = new AbortController()
    client.session({ order_id: orderId }, { signal: giveUp.signal }).then(
      ({ ending }) => setTold({ orderId, ending }),
      // The summary still says how it ended.
      () => undefined,
    )
    return () => giveUp.abort()
  }, [client, orderId])
  return told !== null && told.orderId === orderId ? told.ending : null
}
