import { useEffect, useState } from 'react'
import type { BridgeError } from '../../contract/errors.ts'
import { useCall } from './use-call.ts'
import { useDeskState } from './use-desk.tsx'

/** Nothing that a daemon does at its start takes this long. */
const PATIENCE_MS = 60_000

/** A restart on somebody's behalf: it is under way until another start of the daemon is seen. */
export interface Restart {
  readonly state: 'idle' | 'under_way' | 'back' | 'late'
  readonly error: BridgeError | null
  /** Resolves when the daemon has agreed to go, with whether it has. */
  start(): Promise<boolean>
}

export const useRestart = (): Restart => {
  const { status, reach } = useDeskState()
  const { error, run } = useCall()
  const [before, setBefore] = useState<string | null>(null)
  const [isLate, setLate] = useState(false)
  const isBack = before !== null && reach === 'reached' && status !== null && status.started_at !== before
  const isUnderWay = before !== null && !isBack
  useEffect(() => {
    if (!isUnderWay) return undefined
    const timer = setTimeout(() => setLate(true), PATIENCE_MS)
    return () => clearTimeout(timer)
  }, [isUnderWay])
  return {
    state: isBack ? 'back' : !isUnderWay ? 'idle' : isLate ? 'late' : 'under_way',
    error,
    start: async () => {
      const startedAt = status?.started_at ?? ''
      setLate(false)
      const agreed = await run((client) => client.restart())
      if (agreed !== null) setBefore(startedAt)
      return agreed !== null
    },
  }
}
