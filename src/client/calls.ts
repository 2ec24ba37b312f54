import type { PathParams, RequestInput, AnswerOf } from '../control/schema/route-types.ts'
import type { controlRoutes, ControlRoute, ControlRouteName } from '../control/schema/routes.ts'

type Routes = typeof controlRoutes

/** The routes that answer one JSON document. */
export type CallName = {
  [N in ControlRouteName]: Routes[N]['form'] extends 'json' ? N : never
}[ControlRouteName]

interface CallOptions {
  /** Gives the call up: it rejects with the signal's reason where that is a BridgeError, else `aborted`. */
  readonly signal?: AbortSignal | undefined
}

/** What a call takes: the names in the path, and the body or query, as one object. */
type Input<R extends ControlRoute> = PathParams<R['path']> & RequestInput<R>

/** A call whose input may be empty may leave it out. */
type Call<R extends ControlRoute> =
  Partial<Input<R>> extends Input<R>
    ? (input?: Input<R>, options?: CallOptions) => Promise<AnswerOf<R>>
    : (input: Input<R>, options?: CallOptions) => Promise<AnswerOf<R>>

/** One method for each route of the table that answers a document, by its name there. */
export type Calls = { readonly [N in CallName]: Call<Routes[N]> }
