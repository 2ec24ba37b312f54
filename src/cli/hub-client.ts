import { isSafeEndpoint } from '../config/safe-endpoint.ts'
import { BridgeError } from '../contract/errors.ts'

const ANSWER_WITHIN_MS = 30_000

/** A hub's public API, as any Seam client sees it. */
export interface HubClient {
  /**
   * POSTs JSON and resolves with the answer. Rejects `hub_insecure`, `hub_unreachable`, `hub_refused` with the hub's words,
   * `hub_protocol`.
   */
  call(path: string, body: object): Promise<unknown>
}

const wordsOf = (answer: unknown): string => {
  const error = (answer as { error?: { message?: unknown } } | null)?.error
  return typeof error?.message === 'string' ? error.message : 'It gives no reason.'
}

export const createHubClient = (endpoint: string, apiKey: string): HubClient => ({
  call: async (path, body) => {
    if (!isSafeEndpoint(endpoint)) {
      throw new BridgeError('hub_insecure', `${new URL(endpoint).origin} is not on this computer.`)
    }
    let response: Response
    try {
      response = await fetch(`${endpoint.replace(/\/+$/, '')}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
      })
    } catch (error) {
      throw new BridgeError('hub_unreachable', `Nothing answers at ${endpoint}.`, { cause: error })
    }
    let answer: unknown
    try {
      answer = await response.json()
    } catch (error) {
      throw new BridgeError('hub_protocol', `What answers at ${endpoint} speaks no JSON.`, { cause: error })
    }
    if (!response.ok) throw new BridgeError('hub_refused', `It says: ${wordsOf(answer)}`)
    return answer
  },
})
