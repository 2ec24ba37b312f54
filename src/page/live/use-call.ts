import { useCallback, useState } from 'react'
import { toBridgeError, type BridgeError } from '../../contract/errors.ts'
import type { ControlClient } from '../../client/index.ts'
import { useDesk } from './use-desk.tsx'

/** One call at a time on somebody's behalf: what it does is busy, or has failed with a cause. */
export interface Call {
  readonly isBusy: boolean
  readonly error: BridgeError | null
  /** Resolves with the answer, or with null after a failure, which `error` tells. */
  run<T>(work: (client: ControlClient) => Promise<T>): Promise<T | null>
  forget(): void
}

export const useCall = (): Call => {
  const { client } = useDesk()
  const [isBusy, setBusy] = useState(false)
  const [error, setError] = useState<BridgeError | null>(null)
  const run = useCallback(
    async <T>(work: (client: ControlClient) => Promise<T>): Promise<T | null> => {
      setBusy(true)
      setError(null)
      try {
        return await work(client)
      } catch (thrown) {
        setError(toBridgeError(thrown))
        return null
      } finally {
        setBusy(false)
      }
    },
    [client],
  )
  return { isBusy, error, run, forget: useCallback(() => setError(null), []) }
}
