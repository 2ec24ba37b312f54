import { isBridgeError } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import type { Call } from './protocol.ts'

/** Calls a function that firmware may lack: resolves with undefined then. */
export const callIfSupported = async <Result>(
  line: Line,
  call: Call<Result>,
): Promise<Result | undefined> => {
  try {
    return await line.call(call)
  } catch (error) {
    if (isBridgeError(error, 'not_supported')) return undefined
    throw error
  }
}
