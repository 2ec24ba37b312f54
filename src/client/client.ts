import type { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { ErrorBody } from '../control/schema.ts'
import { controlRoutes, type ControlRouteName } from '../control/schema/routes.ts'

type Route<N extends ControlRouteName> = (typeof controlRoutes)[N]
type Body<N extends ControlRouteName> = Route<N>['request'] extends z.ZodType
  ? z.input<Route<N>['request']>
  : Record<string, never>

/** What a route answers. */
export type Answer<N extends ControlRouteName> = z.output<Route<N>['answer']>

/** The control API by the table of its routes. Rejects with the daemon's BridgeError, or `daemon_unreachable`. */
export interface ControlClient {
  call<N extends ControlRouteName>(
    name: N,
    body?: Body<N>,
    params?: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<Answer<N>>
}

const pathOf = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replaceAll(/:(\w+)/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))

const queryOf = (body: object): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(body)) if (value !== undefined) query.set(name, String(value))
  return query.size === 0 ? '' : `?${query.toString()}`
}

const refusalOf = async (response: Response): Promise<BridgeError> => {
  const parsed = ErrorBody.safeParse(await response.json().catch(() => null))
  return parsed.success
    ? new BridgeError(parsed.data.error.code, parsed.data.error.detail)
    : new BridgeError('daemon_unreachable')
}

/** @param endpoint `http://127.0.0.1:PORT`, or nothing for the page's own */
export const createClient = (endpoint: string, send: typeof fetch): ControlClient => ({
  call: async (name, body, params = {}, signal) => {
    const { method, path, answer } = controlRoutes[name]
    const isRead = method === 'GET'
    let response: Response
    try {
      response = await send(`${endpoint}${pathOf(path, params)}${isRead ? queryOf(body ?? {}) : ''}`, {
        method,
        ...(!isRead && {
          body: JSON.stringify(body ?? {}),
          headers: { 'content-type': 'application/json' },
        }),
        ...(signal !== undefined && { signal }),
      })
    } catch (error) {
      if (signal?.aborted) throw new BridgeError('aborted', undefined, { cause: error })
      throw new BridgeError('daemon_unreachable', undefined, { cause: error })
    }
    if (!response.ok) throw await refusalOf(response)
    const parsed = answer.safeParse(await response.json().catch(() => null))
    if (!parsed.success) throw new BridgeError('daemon_unreachable', 'What answers is of another version.')
    return parsed.data as Answer<typeof name>
  },
})
