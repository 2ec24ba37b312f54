import type { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { ErrorBody } from '../control/schema.ts'
import type { RequestInput } from '../control/schema/route-types.ts'
import { controlRoutes, type ControlRoute } from '../control/schema/routes.ts'
import type { Calls } from './calls.ts'
import { listenTo, type EventListener, type EventSocket } from './events.ts'

/** The longest that the daemon itself waits is 30 s. */
const ANSWER_WITHIN_MS = 35_000

export interface ClientOptions {
  /** `http://127.0.0.1:PORT`; for the page its own origin. */
  readonly endpoint: string
  /** The control token; without one a browser sends the page's cookie. */
  readonly token?: string
  /** `(url) => new WebSocket(url)` in a browser. */
  openSocket(url: string): EventSocket
}

/**
 * The control API of a running daemon. Everything rejects with the daemon's own BridgeError codes, `daemon_unreachable` or
 * `aborted`.
 */
export type ControlClient = Calls & {
  /** What happens at the desk, until it is closed. */
  events(
    query: RequestInput<(typeof controlRoutes)['events']>,
    listener: EventListener,
  ): { readonly close: () => void }
  /** The audit as JSON lines, as they come. */
  audit(query?: RequestInput<(typeof controlRoutes)['audit']>): Promise<ReadableStream<Uint8Array>>
  /** What support needs, as a ZIP file. */
  bundle(): Promise<Uint8Array>
}

const unreachable = (detail: string, cause?: unknown): BridgeError =>
  new BridgeError('daemon_unreachable', detail, { cause })

const refusalOf = async (response: Response): Promise<BridgeError> => {
  const parsed = ErrorBody.safeParse(await response.json().catch(() => null))
  if (!parsed.success) return unreachable(`What answers at ${response.url} is no encoder-bridge.`)
  return new BridgeError(parsed.data.error.code, parsed.data.error.detail)
}

const queryOf = (fields: object): string => {
  const said = Object.entries(fields).filter(
    (entry): entry is [string, string | number] => entry[1] !== undefined,
  )
  return said.length === 0 ? '' : `?${said.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')}`
}

/** Splits what a call takes into its path, and what remains for the body or the query. */
const address = (path: string, input: Readonly<Record<string, unknown>>) => {
  const inPath = new Set([...path.matchAll(/:(\w+)/g)].map(([, name]) => name))
  return {
    path: path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(input[name]))),
    rest: Object.fromEntries(Object.entries(input).filter(([name]) => !inPath.has(name))),
  }
}

/** Makes the client: one method for each route of the table. It runs in Node and, without a token, in the daemon's own page. */
export const createControlClient = ({ endpoint, token, openSocket }: ClientOptions): ControlClient => {
  const call = async (
    route: ControlRoute,
    input: Readonly<Record<string, unknown>>,
    signal: AbortSignal | undefined,
  ): Promise<Response> => {
    const { path, rest } = address(route.path, input)
    const isGet = route.method === 'GET'
    let response: Response
    try {
      response = await fetch(`${endpoint}${path}${isGet ? queryOf(rest) : ''}`, {
        method: route.method,
        headers: {
          'content-type': 'application/json',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        redirect: 'error',
        ...(!isGet && { body: JSON.stringify(rest) }),
        ...(signal !== undefined && { signal }),
      })
    } catch (error) {
      if (signal?.aborted) {
        const reason: unknown = signal.reason
        if (reason instanceof BridgeError) throw reason
        if (!(reason instanceof Error && reason.name === 'TimeoutError')) throw new BridgeError('aborted')
      }
      throw unreachable(`Nothing answers at ${endpoint}.`, error)
    }
    if (!response.ok) throw await refusalOf(response)
    return response
  }

  const documentOf = async (
    route: ControlRoute,
    input: Readonly<Record<string, unknown>> = {},
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<unknown> => {
    const patience = AbortSignal.timeout(ANSWER_WITHIN_MS)
    const response = await call(
      route,
      input,
      signal === undefined ? patience : AbortSignal.any([patience, signal]),
    )
    const schema: z.ZodType = route.answer
    const parsed = schema.safeParse(await response.json().catch(() => null))
    if (parsed.success) return parsed.data
    throw unreachable(`What answers at ${endpoint} is of another version.`)
  }

  const calls = Object.fromEntries(
    Object.entries(controlRoutes)
      .filter(([, { form }]) => form === 'json')
      .map(([name, route]) => [
        name,
        (input?: Readonly<Record<string, unknown>>, options?: { readonly signal?: AbortSignal }) =>
          documentOf(route, input, options),
      ]),
  ) as unknown as Calls

  return {
    ...calls,
    events: (query, listener) =>
      listenTo(
        openSocket(`${endpoint.replace(/^http/, 'ws')}${controlRoutes.events.path}${queryOf(query)}`),
        listener,
      ),
    audit: async (query = {}) => {
      const { body } = await call(controlRoutes.audit, query, undefined)
      return body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })
    },
    bundle: async () => new Uint8Array(await (await call(controlRoutes.bundle, {}, undefined)).arrayBuffer()),
  }
}
