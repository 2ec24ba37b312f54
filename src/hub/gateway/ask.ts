import { z } from 'zod'
import { isBridgeError } from '../../contract/errors.ts'
import { refusal } from '../refusal.ts'
import type { Upstream } from './upstream.ts'

const SeamError = z.object({
  error: z.object({ type: z.string().regex(/^[a-z_]+$/), message: z.string().min(1).max(500) }),
})

/** What an error answer of the upstream means to whoever asked us. */
export const refusedUpstream = (status: number, body: unknown) => {
  if (status === 401 || status === 403) {
    return refusal(502, 'upstream_refused', `The upstream refuses this hub’s own key (${status}).`)
  }
  const said = SeamError.safeParse(body)
  if (status >= 400 && status < 500 && said.success) {
    return refusal(status, said.data.error.type, said.data.error.message)
  }
  return refusal(502, 'upstream_unreachable', `The upstream answered ${status}.`)
}

/** Whether the upstream has said that there is no such thing. */
export const isNotFound = (error: unknown): boolean =>
  isBridgeError(error, 'hub_refused') && z.object({ status: z.literal(404) }).safeParse(error.cause).success

/** Asks with the gateway's own key and checks the answer. Rejects with the refusal that the caller of ours gets. */
export const askUpstream = async <S extends z.ZodType>(
  upstream: Upstream,
  path: string,
  body: object,
  schema: S,
): Promise<z.output<S>> => {
  const answer = await upstream.call(path, body)
  if (answer.kind !== 'answered') {
    throw refusal(502, 'upstream_unreachable', `The upstream gives no answer: ${answer.reason}.`)
  }
  if (answer.status !== 200) throw refusedUpstream(answer.status, answer.body)
  const parsed = schema.safeParse(answer.body)
  if (parsed.success) return parsed.data
  throw refusal(502, 'upstream_unreachable', `The upstream answered ${path} in another shape than Seam’s.`)
}
