import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { WebSocketServer } from 'ws'
import { BridgeError, isBridgeError } from '../../../src/contract/errors.ts'
import type { SessionBody, SessionSummary } from '../../../src/control/schema.ts'
import type { EventBody } from '../../../src/control/schema/events.ts'
import {
  controlRoutes,
  type ControlRoute,
  type ControlRouteName,
} from '../../../src/control/schema/routes.ts'
import { servePage } from './page-files.ts'
import { startState, type FakeState } from './fake-state.ts'

export type Handler = (input: never, params: Readonly<Record<string, string>>, state: FakeState) => unknown

const CODE = 'one-time-code'
const COOKIE = 'page=signed-in'

const bodyOf = async (request: IncomingMessage): Promise<unknown> => {
  const pieces: Uint8Array[] = []
  for await (const piece of request) pieces.push(piece as Uint8Array)
  return pieces.length === 0 ? {} : (JSON.parse(Buffer.concat(pieces).toString('utf8')) as unknown)
}

/** A session among others: how it ended, without what is on the card. */
const summaryOf = (session: SessionBody): SessionSummary => {
  const { ending } = session
  const code = ending !== null && 'error' in ending ? ending.error.code : null
  return { ...session, ending: ending === null ? null : { kind: ending.kind, code } }
}

const routeOf = (method: string, path: string) => {
  for (const [name, route] of Object.entries(controlRoutes)) {
    const names = [...route.path.matchAll(/:(\w+)/g)].map(([, word = '']) => word)
    const found = new RegExp(`^${route.path.replaceAll(/:\w+/g, '([^/]+)')}$`).exec(path)
    if (found === null || route.method !== method) continue
    const params = Object.fromEntries(names.map((word, index) => [word, found[index + 1] ?? '']))
    return { name: name as ControlRouteName, route: route as ControlRoute, params }
  }
  return null
}

const refuse = (response: ServerResponse, error: BridgeError): void => {
  const { status, owner, nextStep } = error.facts
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(
    JSON.stringify({
      error: { code: error.code, message: error.message, owner, next_step: nextStep, detail: error.detail },
    }),
  )
}

/**
 * A control API that is made up by a test: it takes and answers what the table of routes says, serves the built page, and
 * tells events. Views that a real desk shows only after hours of bad luck are looked at with it.
 */
export const openFakeDesk = async (
  handlers: Partial<Readonly<Record<ControlRouteName, Handler>>>,
  change: Partial<FakeState> = {},
) => {
  const state: FakeState = { ...startState(), ...change }
  const calls: { readonly name: string; readonly input: unknown }[] = []
  const answers: Partial<Readonly<Record<ControlRouteName, Handler>>> = {
    me: () => state.me,
    status: () => state.status,
    work: () => state.work,
    clerks: () => ({ clerks: state.clerks }),
    sessions: () => ({ sessions: [...state.sessions.values()].map(summaryOf) }),
    session: (_, { order_id: id = '' }) => state.sessions.get(id),
    ...handlers,
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://desk')
    const found = routeOf(request.method ?? '', url.pathname)
    if (found === null || found.route.form === 'file') {
      servePage(url.pathname, response)
      return
    }
    const { name, route, params } = found
    const answer = async (): Promise<void> => {
      const given = route.method === 'GET' ? Object.fromEntries(url.searchParams) : await bodyOf(request)
      const input: unknown = route.request === null ? {} : route.request.parse(given)
      calls.push({ name, input })
      if (name === 'signIn') {
        if ((input as { code: string }).code !== CODE) throw new BridgeError('sign_in_refused')
        response.setHeader('set-cookie', `${COOKIE}; HttpOnly; SameSite=Strict; Path=/`)
      } else if (request.headers.cookie !== COOKIE) throw new BridgeError('control_unauthorized')
      const handle = name === 'signIn' ? () => state.me : answers[name]
      if (handle === undefined) throw new BridgeError('route_unknown', name)
      // JSON lines, one document each.
      const told: unknown = await handle(input as never, params, state)
      const documents: readonly unknown[] = route.form === 'lines' ? (told as unknown[]) : [told]
      const lines = documents.map((one) => JSON.stringify(route.answer.parse(one))).join('\n')
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(lines)
    }
    answer().catch((error: unknown) => {
      refuse(response, isBridgeError(error) ? error : new BridgeError('internal_error', String(error)))
    })
  })
  const events = new WebSocketServer({ server, path: '/v1/events' })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const tell = (event: EventBody): void => {
    for (const socket of events.clients) socket.send(JSON.stringify(event))
  }
  const at = '2026-11-24T10:00:00.000Z'
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      for (const socket of events.clients) socket.terminate()
      server.closeAllConnections()
      server.close(() => resolve())
    })

  return {
    endpoint,
    signInUrl: `${endpoint}/#sign-in=${CODE}`,
    state,
    calls,
    tell,
    /** Publishes a session, as the daemon does: the list without what is on the card. */
    show: (session: SessionBody): void => {
      state.sessions.set(session.order_id, session)
      tell({ type: 'session.changed', at, session: summaryOf(session) })
    },
    tellLink: (): void => {
      tell({ type: 'link.changed', at, link: state.status.link, outbox: state.status.outbox })
    },
    stop,
    /** Listens again where it did before. */
    restart: (): Promise<void> =>
      new Promise((resolve) => {
        server.listen(Number(new URL(endpoint).port), '127.0.0.1', resolve)
      }),
    [Symbol.asyncDispose]: stop,
  }
}
export type FakeDesk = Awaited<ReturnType<typeof openFakeDesk>>
