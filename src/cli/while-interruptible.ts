import { BridgeError } from '../contract/errors.ts'
import type { Terminal } from './terminal.ts'

/** Runs work whose signal fires at Ctrl-C; what is under way is then brought to its end. */
export const whileInterruptible = async <T>(
  terminal: Terminal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  const interrupted = new AbortController()
  const stop = terminal.onInterrupt(() => interrupted.abort(new BridgeError('aborted')))
  try {
    return await work(interrupted.signal)
  } finally {
    stop()
  }
}
