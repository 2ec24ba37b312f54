import { setMaxListeners } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { fastifyCookie } from '@fastify/cookie'
import fastify from 'fastify'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import type { Caller } from './caller.ts'
import { publishDaemon } from './daemon-file.ts'
import { serveEventSocket } from './event-socket.ts'
import { createFeed } from './events.ts'
import { createGuard, strictHeaders, type Knock, type Refusal } from './guard.ts'
import { addHealthRoutes } from './health-routes.ts'
import { createMetrics } from './metrics.ts'
import { createOwners } from './owners.ts'
import { addPageRoutes } from './page-routes.ts'
import { createCallers } from './people/callers.ts'
import { createClerks } from './people/clerks.ts'
import { cookieOf } from './people/cookie.ts'
import { createPageLinks } from './people/page-links.ts'
import { createPages } from './people/pages.ts'
import { addPeopleRoutes } from './people-routes.ts'
import { findPortHolder } from './port-holder.ts'
import type { ControlPorts } from './ports.ts'
import { addRoutes } from './routes.ts'
import { OrderedResponse } from './schema.ts'
import { createServe } from './serve.ts'
import { ensureControlToken } from './token.ts'
import { errorBody } from './views.ts'

const BODY_LIMIT_BYTES = 16_384
/** Node takes a connection that has not asked anything yet for a busy one: closing does not wait for it. */
const CLOSE_BOUND_MS = 500

/** What the server logs with: pino fits. */
interface ControlLog {
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

export interface ControlOptions extends ControlPorts {
  /** 0 for any free one. */
  readonly port: number
  /** Must exist; gets `control-token` and, while the server runs, `daemon.json`. */
  readonly dataDir: string
  readonly version: string
  readonly logger: ControlLog
  readonly clock: Clock
  readonly wallClock: () => Date
  /** A clerk who does nothing for so long is asked again who it is; null for never. */
  readonly lockAfterMs: number | null
  /** Where the built page lies; it need not be there. */
  readonly pageDir: string
}

/** The control API while it listens. */
export interface Control {
  /** `http://127.0.0.1:PORT` */
  readonly endpoint: string
  /** Answers whoever waits, then stops. Idempotent; never rejects. */
  close(): Promise<void>
}

/** Routes parse with zod and carry no schema; without this, fastify loads ajv and compilers that nothing calls. */
const refuseSchemas = (): never => {
  throw new Error('A route of the control API has a fastify schema.')
}

/** Of a line of the audit that is about an order and nothing more. */
const nothingElse = { encoderId: null, uid: null, outcome: null } as const

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined

const portOf = (app: FastifyInstance): number => {
  const address = app.server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}

const listen = async (app: FastifyInstance, port: number): Promise<void> => {
  try {
    await app.listen({ host: '127.0.0.1', port })
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EACCES') {
      throw new BridgeError('port_taken', `The system keeps port ${port} for others.`, { cause: error })
    }
    if (code !== 'EADDRINUSE') throw error
    const holder = await findPortHolder(port)
    throw new BridgeError('port_taken', `Port ${port} is held by ${holder ?? 'another program'}.`, {
      cause: error,
    })
  }
}

const orderIdOf = ({ params }: FastifyRequest): string | undefined => {
  const orderId = (params as { order_id?: unknown } | null)?.order_id
  return typeof orderId === 'string' ? orderId : undefined
}

/** Every error leaves in one shape; only faults of our own are logged as errors. */
const answerError =
  (log: ControlLog) =>
  (error: unknown, request: FastifyRequest, reply: FastifyReply): void => {
    if (isBridgeError(error)) {
      void reply.code(error.facts.status).send(errorBody(error, orderIdOf(request)))
      return
    }
    const status =
      error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number'
        ? error.statusCode
        : 500
    if (status < 500) {
      const detail = error instanceof Error ? `${error.message}.` : undefined
      void reply.code(status).send(errorBody(new BridgeError('request_invalid', detail)))
      return
    }
    log.error({ component: 'control', err: error }, 'control request failed')
    void reply.code(500).send(errorBody(new BridgeError('internal_error')))
  }

/** Lets in whom the table lets in, and notes who it is. */
const addGuard = (
  app: FastifyInstance,
  guard: (knock: Knock) => Refusal | null,
  callerOf: (headers: IncomingHttpHeaders) => Caller,
  onAct: (headers: IncomingHttpHeaders) => void,
  onRefused: (refusal: Refusal) => void,
): void => {
  app.decorateRequest('caller')
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(strictHeaders)
    const { method, headers } = request
    request.caller = callerOf(headers)
    // Who knows no route is told so, but only who may know that there is none.
    const { admits = 'locked', form } = request.routeOptions.config
    const isActing = method !== 'GET'
    const isPage = form === 'file'
    const refusal = guard({ method, headers, caller: request.caller, admits, isActing, isPage })
    if (refusal === null) {
      if (isActing) onAct(headers)
      return
    }
    onRefused(refusal)
    const { error, status = error.facts.status } = refusal
    await reply.code(status).send(errorBody(error))
  })
}

/**
 * Starts the control API on this computer's loopback and publishes it in `daemon.json`. Rejects `port_taken`, naming the
 * holder where it can be told, and `data_unwritable`.
 */
export const startControl = async (options: ControlOptions): Promise<Control> => {
  const { dataDir, logger: log, journal, clock, wallClock, lockAfterMs } = options
  const token = ensureControlToken(dataDir)
  const closing = new AbortController()
  // Everybody who waits listens to it; Node would take the eleventh for a leak.
  setMaxListeners(0, closing.signal)
  const app = fastify({
    exposeHeadRoutes: false,
    bodyLimit: BODY_LIMIT_BYTES,
    requestTimeout: 10_000,
    schemaController: { compilersFactory: { buildValidator: refuseSchemas, buildSerializer: refuseSchemas } },
    // A URL that can't be decoded never reaches a route or a hook: it is answered like an unknown address.
    frameworkErrors: (_error, _request, reply: FastifyReply) => {
      const error = new BridgeError('route_unknown')
      void reply.headers(strictHeaders).code(error.facts.status).send(errorBody(error))
    },
  })
  app.removeContentTypeParser('text/plain')
  // Only the registering loads its parser; the cookie is read and written by people/cookie.ts.
  await app.register(fastifyCookie, { hook: false })
  app.setErrorHandler(answerError(log))
  app.setNotFoundHandler(() => {
    throw new BridgeError('route_unknown')
  })
  const pages = createPages({ people: journal.people, clock, wallClock, lockAfterMs })
  const onAct = ({ cookie: header }: IncomingHttpHeaders): void => {
    const cookie = cookieOf(header)
    if (cookie !== null) pages.touch(cookie)
  }
  const callerOf = createCallers(token, pages)
  const guard = createGuard(() => portOf(app), clock.now)
  const onRefused = ({ error, status = error.facts.status }: Refusal): void => {
    if (error.code === 'rate_limited') return
    log.warn({ component: 'control', code: error.code, status }, 'control request refused')
  }
  const owners = createOwners(() => journal.people)
  const serve = createServe(app, closing.signal, (route, caller, given) => {
    if (route.answer !== OrderedResponse) return
    const { order_id: orderId } = OrderedResponse.parse(given)
    try {
      owners.own(orderId, caller)
      journal.noteAudit({ ...nothingElse, event: 'ordered', orderId, orderedBy: caller.label })
    } catch (error) {
      // The order is on its way: to say that it failed would have it ordered twice.
      log.error({ component: 'control', err: error, orderId }, 'who ordered could not be noted')
    }
  })
  await addPageRoutes(app, serve, options.pageDir)
  addPeopleRoutes(serve, {
    pages,
    clerks: createClerks({ people: journal.people, wallClock, changed: pages.changed }),
    links: createPageLinks(clock.now),
    encoders: options.encoders,
    journal,
    endpoint: () => `http://127.0.0.1:${portOf(app)}`,
    wallClock,
    now: clock.now,
  })
  const metrics = createMetrics({ ports: options, clock, wallClock })
  addHealthRoutes(serve, options, { version: options.version, metrics, now: clock.now })
  addRoutes(serve, options, {
    version: options.version,
    startedAt: wallClock().toISOString(),
    owners,
  })
  addGuard(app, guard, callerOf, onAct, onRefused)
  const feed = createFeed({ ports: options, pages, owners, clock, wallClock })
  const events = serveEventSocket(app.server, { feed, clock, callerOf, guard, onRefused })
  await listen(app, options.port)
  const endpoint = `http://127.0.0.1:${portOf(app)}`
  const unpublish = publishDaemon(dataDir, { endpoint, pid: process.pid })

  const stop = async (): Promise<void> => {
    unpublish()
    closing.abort()
    pages.stop()
    events.close()
    metrics.stop()
    const bound = setTimeout(() => {
      app.server.closeAllConnections()
      events.terminate()
    }, CLOSE_BOUND_MS)
    await app.close().catch((error: unknown) => {
      log.warn({ component: 'control', err: error }, 'control server closed with an error')
    })
    clearTimeout(bound)
  }
  let stopped: Promise<void> | undefined
  return { endpoint, close: () => (stopped ??= stop()) }
}
