import type { z } from 'zod'
import type { ControlRoute } from './routes.ts'

/** The names in a path: `{ order_id: string }` of `/v1/sessions/:order_id/cancel`. */
export type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Readonly<Record<Name, string>> & PathParams<Rest>
  : P extends `${string}:${infer Name}`
    ? Readonly<Record<Name, string>>
    : Readonly<Record<never, string>>

/** What a route takes, as a client says it. */
export type RequestInput<R extends ControlRoute> = R['request'] extends z.ZodType
  ? z.input<R['request']>
  : Readonly<Record<never, never>>

/** What a route takes, once it is checked. */
export type RequestOutput<R extends ControlRoute> = R['request'] extends z.ZodType
  ? z.output<R['request']>
  : Readonly<Record<never, never>>

/** What a route gives, as a client gets it. */
export type AnswerOf<R extends ControlRoute> = z.output<R['answer']>
