import { useEffect, useState } from 'react'
import { toBridgeError, type BridgeError } from '../../../contract/errors.ts'
import { useDesk, useDeskState } from '../../live/use-desk.tsx'
import { withLines, type LogLine } from './log-lines.ts'

export interface Log {
  readonly lines: readonly LogLine[]
  readonly error: BridgeError | null
  clear(): void
}

/** The log of the daemon, its newest lines first read and then followed for as long as the view is open. */
export const useLog = (): Log => {
  const { client } = useDesk()
  const { reach } = useDeskState()
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [error, setError] = useState<BridgeError | null>(null)
  const isReached = reach === 'reached'
  useEffect(() => {
    if (!isReached) return undefined
    const stop = new AbortController()
    const add = (more: readonly LogLine[]): void => setLines((before) => withLines(before, more))
    const line = client.events(
      { log: 'true' },
      {
        onEvent: (event) => {
          if (event.type === 'log.line') add([event.line])
        },
        // The line of the desk is made anew by itself; this one follows it.
        onEnd: () => undefined,
      },
    )
    client.log({}, { signal: stop.signal }).then(
      ({ lines: newest }) => {
        if (!stop.signal.aborted) setLines((since) => withLines(newest, since))
      },
      (thrown: unknown) => {
        if (!stop.signal.aborted) setError(toBridgeError(thrown))
      },
    )
    return () => {
      stop.abort()
      line.close()
    }
  }, [client, isReached])
  return { lines, error, clear: () => setLines([]) }
}
