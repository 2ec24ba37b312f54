import { useCallback, useEffect, useRef, useState } from 'react'
import type { ControlClient } from '../../client/index.ts'
import { toBridgeError, type BridgeError } from '../../contract/errors.ts'
import { useDesk } from './use-desk.tsx'

/** What the daemon has answered to a question that a view asks when it is opened. */
export interface Asked<T> {
  /** The last answer; it stays while it is asked anew. */
  readonly answer: T | null
  readonly error: BridgeError | null
  readonly isBusy: boolean
  ask(): void
  /** Takes a newer answer that came by another way. */
  set(answer: T): void
}

/** @param question one function for as long as the question is the same; another one asks anew */
export const useAnswer = <T>(
  question: (client: ControlClient, signal: AbortSignal) => Promise<T>,
): Asked<T> => {
  const { client } = useDesk()
  const [state, setState] = useState<Pick<Asked<T>, 'answer' | 'error' | 'isBusy'>>({
    answer: null,
    error: null,
    isBusy: true,
  })
  const last = useRef<AbortController | null>(null)
  const ask = useCallback(() => {
    last.current?.abort()
    const stop = new AbortController()
    last.current = stop
    const find = async (): Promise<void> => {
      setState((before) => ({ ...before, isBusy: true }))
      try {
        const answer = await question(client, stop.signal)
        if (!stop.signal.aborted) setState({ answer, error: null, isBusy: false })
      } catch (thrown) {
        const error = toBridgeError(thrown)
        if (!stop.signal.aborted) setState((before) => ({ ...before, error, isBusy: false }))
      }
    }
    void find()
  }, [client, question])
  useEffect(() => {
    ask()
    return () => last.current?.abort()
  }, [ask])
  const set = useCallback((answer: T) => setState({ answer, error: null, isBusy: false }), [])
  return { ...state, ask, set }
}
