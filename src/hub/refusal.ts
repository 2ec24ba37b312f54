import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { sayIssue } from '../contract/wrong-input.ts'

/** The body of every error answer: Seam's shape, which its OpenAPI document leaves open. */
export const ErrorAnswer = z.strictObject({
  error: z.strictObject({
    type: z.string().regex(/^[a-z_]+$/),
    message: z.string().min(1),
    request_id: z.uuid(),
    /** By parameter, as the official clients read it. */
    validation_errors: z.record(z.string(), z.unknown()).optional(),
  }),
  ok: z.literal(false),
})
export type ErrorAnswer = z.infer<typeof ErrorAnswer>

const Facts = z.object({
  status: z.number(),
  type: z.string(),
  validation_errors: z.record(z.string(), z.unknown()).optional(),
  retry_after_s: z.number().int().optional(),
})
type Facts = z.infer<typeof Facts>

/** A request that is answered with one of Seam's error types: `hub_refused` with the answer as its cause. */
export const refusal = (status: number, type: string, message: string): BridgeError =>
  new BridgeError('hub_refused', message, { cause: { status, type } satisfies Facts })

/** Told in `Retry-After`, in whole seconds. */
export const tooMany = (waitMs: number): BridgeError =>
  new BridgeError('hub_refused', 'Too many requests of this kind. Wait a little.', {
    cause: {
      status: 429,
      type: 'rate_limited',
      retry_after_s: Math.max(1, Math.ceil(waitMs / 1000)),
    } satisfies Facts,
  })

export const notFound = (resource: string, id: string): BridgeError =>
  refusal(404, `${resource}_not_found`, `There is no ${resource} ${id} in this workspace.`)

export const invalidInput = (message: string): BridgeError => refusal(400, 'invalid_input', message)

/** Names each parameter and what is wrong with it. */
export const invalidParameters = (error: z.ZodError): BridgeError => {
  const byParameter: Record<string, { _errors: string[] }> = {}
  const messages = error.issues.map((issue) => {
    const name = issue.path.join('.')
    const entry = (byParameter[String(issue.path[0] ?? '')] ??= { _errors: [] })
    const words = sayIssue(issue)
    entry._errors.push(words)
    return name === '' ? words : `${name}: ${words}`
  })
  return new BridgeError('hub_refused', messages.join('; '), {
    cause: {
      status: 400,
      type: 'invalid_input',
      validation_errors: { _errors: [], ...byParameter },
    } satisfies Facts,
  })
}

const FastifyError = z.object({ statusCode: z.number().int().min(400).max(499), message: z.string() })

export interface ErrorReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: ErrorAnswer
}

/** Status, headers and body for whatever was thrown. What is no refusal is a fault of ours: nothing of it is told. */
export const answerTo = (thrown: unknown, requestId: string): ErrorReply => {
  const make = (facts: Facts, message: string) => ({
    status: facts.status,
    headers: facts.retry_after_s === undefined ? {} : { 'retry-after': String(facts.retry_after_s) },
    body: {
      error: {
        type: facts.type,
        message,
        request_id: requestId,
        ...(facts.validation_errors === undefined ? {} : { validation_errors: facts.validation_errors }),
      },
      ok: false as const,
    },
  })
  if (thrown instanceof BridgeError) {
    const facts = Facts.safeParse(thrown.cause)
    if (facts.success) return make(facts.data, thrown.detail ?? thrown.message)
    const { status, nextStep, cause } = thrown.facts
    return make({ status, type: thrown.code }, `${cause} ${nextStep}`)
  }
  const refused = FastifyError.safeParse(thrown)
  if (refused.success) {
    return make({ status: refused.data.statusCode, type: 'invalid_input' }, refused.data.message)
  }
  return make({ status: 500, type: 'internal_server_error' }, 'The hub met a fault of its own.')
}
