import type { z } from 'zod'
import type { ControlRoute } from './routes.ts'

/** The names in a path: `{ order_id: string }` of `/v1/sessions/:order_id/cancel`. */
export type PathParams<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Readonly<Record<Name, string>> & PathParams<Rest>
  : P extends `${string}:${infer Name}`
    ? Readonly<Record<Name, string>>
    : unknown

/** Of an object without fields zod infers one whose every field is never, which nothing could be joined to. */
type Fields<T> = T extends Readonly<Record<string, never>> ? unknown : T

/** What a route takes, as a client says it. */
export type RequestInput<R extends ControlRoute> = R['request'] extends z.ZodType
  ? Fields<z.input<R['request']>>
  : unknown

/** What a route takes, once it is checked. */
export type RequestOutput<R extends ControlRoute> = R['request'] extends z.ZodType
  ? Fields<z.output<R['request']>>
  : unknown

/** What a route gives, as a client gets it. */
export type AnswerOf<R extends ControlRoute> = z.output<R['answer']>
