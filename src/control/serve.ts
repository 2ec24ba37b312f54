import type { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { sayIssue } from '../contract/wrong-input.ts'
import type { Caller } from './caller.ts'
import { patience } from './patience.ts'
import type { PathParams, RequestOutput } from './schema/route-types.ts'
import { controlRoutes, type Admission, type ControlRoute, type ControlRouteName } from './schema/routes.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Whom the route lets in; every route has it, for `serve` makes them all. */
    readonly admits?: Admission
    readonly form?: ControlRoute['form']
  }
  interface FastifyRequest {
    caller: Caller
  }
}

/** A request that was let in and fits its schema. */
interface Asked<R extends ControlRoute> {
  readonly request: RequestOutput<R>
  readonly params: PathParams<R['path']>
  readonly caller: Caller
  /** For what is not in the answer itself, such as a cookie. */
  readonly reply: FastifyReply
  /** A signal that fires after the time, when the caller goes away, or when the server closes. */
  patience(waitMs: number): { readonly signal: AbortSignal } & Disposable
}

/** What a route answers; of anything but a document the handler makes the bytes itself. */
type Given<R extends ControlRoute> = R['form'] extends 'json'
  ? z.input<R['answer']>
  : string | Readable | FastifyReply

type Handler<R extends ControlRoute> = (asked: Asked<R>) => Given<R> | Promise<Given<R>>

/** For a route whose body may be longer than others'. */
interface LongBody {
  readonly bodyLimitBytes: number
  /** Throws for a body that would cost too much to judge field by field. */
  refuse(body: unknown): void
}

/** Gives each route of the table its handler, by its name there: path, parsing and admission come from the table. */
export type Serve = {
  readonly [N in ControlRouteName]: (handler: Handler<(typeof controlRoutes)[N]>, longBody?: LongBody) => void
}

/** Checks what comes from outside; the first thing that is wrong is told. */
const parse = <T extends z.ZodType>(schema: T, value: unknown): z.output<T> => {
  const parsed = schema.safeParse(value ?? {})
  if (parsed.success) return parsed.data
  const said = parsed.error.issues.slice(0, 1).map((issue) => {
    const path = issue.path.join('.') || 'the request'
    return `${path}: ${sayIssue(issue)}.`
  })
  throw new BridgeError('request_invalid', said[0])
}

/** Far more than any request has. Whatever walks a body by calling itself would run out of stack on a few thousand. */
const MAX_DEPTH = 64

const refuseDeep = (body: unknown): void => {
  let level = [body]
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) {
      throw new BridgeError('request_invalid', `It is nested more than ${MAX_DEPTH} levels deep.`)
    }
    level = level.flatMap((item): unknown[] =>
      typeof item === 'object' && item !== null ? Object.values(item) : [],
    )
  }
}

const noRequest = z.strictObject({})

const mediaTypes = {
  json: 'application/json; charset=utf-8',
  lines: 'application/x-ndjson',
  text: 'text/plain; charset=utf-8',
} as const satisfies Partial<Record<ControlRoute['form'], string>>

/**
 * Makes the one way to hang a route on the server. A route from elsewhere, which would have no admission, is refused.
 * @param onServed told each answer before it leaves
 */
export const createServe = (
  app: FastifyInstance,
  closing: AbortSignal,
  onServed: (route: ControlRoute, caller: Caller, given: unknown) => void,
): Serve => {
  app.addHook('onRoute', ({ url, config }) => {
    if (config?.admits === undefined) throw new Error(`${url} says nobody whom it lets in.`)
  })
  const serve = (route: ControlRoute, handler: Handler<ControlRoute>, longBody?: LongBody): void => {
    const { method, path: url, admits, form } = route
    app.route({
      method,
      url,
      config: { admits, form },
      ...(longBody !== undefined && { bodyLimit: longBody.bodyLimitBytes }),
      handler: async (asked: FastifyRequest, reply: FastifyReply) => {
        const { caller, raw } = asked
        const said = method === 'GET' ? asked.query : asked.body
        longBody?.refuse(said)
        refuseDeep(said)
        const given = await handler({
          request: parse(route.request ?? noRequest, said),
          params: asked.params,
          caller,
          reply,
          patience: (waitMs) => patience(waitMs, raw.socket, closing),
        })
        onServed(route, caller, given)
        if (form in mediaTypes && reply.getHeader('content-type') === undefined) {
          reply.type(mediaTypes[form as keyof typeof mediaTypes])
        }
        return given
      },
    })
  }
  const entries = Object.entries(controlRoutes).map(([name, route]) => [
    name,
    (handler: Handler<ControlRoute>, longBody?: LongBody) => serve(route, handler, longBody),
  ])
  return Object.fromEntries(entries) as Serve
}
