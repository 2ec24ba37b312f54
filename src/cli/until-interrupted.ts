import { BridgeError } from '../contract/errors.ts'
import type { ExitCode } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/**
 * Lets something run until it is told to stop, or stops by itself; then closes it. A second request to stop doesn't wait
 * for the closing: what runs here survives being killed.
 */
export const untilInterrupted = async (
  terminal: Terminal,
  running: { close(): Promise<void>; readonly closed?: Promise<void> },
): Promise<ExitCode> => {
  let stopListening = (): void => {}
  const impatient = new Promise<ExitCode>((resolve) => {
    let requests = 0
    stopListening = terminal.onInterrupt(() => {
      requests += 1
      if (requests === 1) void running.close().then(() => resolve(0))
      else resolve(1)
    })
  })
  try {
    return await Promise.race([
      impatient,
      ...(running.closed === undefined ? [] : [running.closed.then(() => 0 as const)]),
    ])
  } finally {
    stopListening()
  }
}

/** Does the work, or rejects `aborted` at the first request to stop; the work itself goes on unheard. */
export const unlessInterrupted = async <T>(terminal: Terminal, work: () => Promise<T>): Promise<T> => {
  let stopListening = (): void => {}
  const interrupted = new Promise<never>((_, reject) => {
    stopListening = terminal.onInterrupt(() => reject(new BridgeError('aborted')))
  })
  try {
    return await Promise.race([work(), interrupted])
  } finally {
    stopListening()
  }
}
