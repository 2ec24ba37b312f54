import type { BridgeError } from '../contract/errors.ts'

/** No connection came about: https://nodejs.org/api/errors.html#common-system-errors and https://nodejs.org/api/errors.html#errorcode_1 */
const unconnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])

/** Whether a request that failed never left: nobody can have acted on it. */
export const wasNeverSent = ({ cause }: BridgeError): boolean =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' && unconnected.has(cause.code)
