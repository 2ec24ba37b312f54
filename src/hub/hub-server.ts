import { randomUUID } from 'node:crypto'
import fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance } from 'fastify'
import type { Channel } from './channel.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { answerTo, refusal } from './refusal.ts'
import { registerAccessGrantRoutes } from './routes-access-grants.ts'
import { registerAccessMethodRoutes } from './routes-access-methods.ts'
import { registerAcsRoutes } from './routes-acs.ts'
import { registerActionAttemptRoutes } from './routes-action-attempts.ts'
import { registerBridgeRoutes } from './routes-bridges.ts'
import { registerDeskRoutes } from './routes-desk.ts'
import { registerEncodingRoutes } from './routes-encoding.ts'
import { registerEventRoutes } from './routes-events.ts'
import { registerSimulateRoutes } from './routes-simulate.ts'
import { registerWorkspaceRoutes } from './routes-workspaces.ts'

const MAX_BODY_BYTES = 524_288

/** A form's repeated keys become lists, as in a query. */
const parseForm = (text: string): Record<string, string | string[]> => {
  const form = new URLSearchParams(text)
  return Object.fromEntries(
    [...new Set(form.keys())].map((name) => {
      const values = form.getAll(name)
      return [name, values.length === 1 ? (values[0] ?? '') : values]
    }),
  )
}

/** Seam's clients send empty bodies of any content type; what is not empty is JSON or a form. */
const acceptBodies = (app: FastifyInstance): void => {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.length === 0) done(null, {})
    else void parseJson(request, String(text), done)
  })
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string' },
    (_request, text, done) => {
      done(null, parseForm(String(text)))
    },
  )
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, text, done) => {
    if (text.length === 0) done(null, {})
    else done(refusal(415, 'unsupported_media_type', 'Send JSON.'), undefined)
  })
}

/** The HTTP side of the hub, not listening yet. */
export const createHubServer = (
  hub: HubContext,
  channel: Channel,
  logger: FastifyBaseLogger,
): FastifyInstance => {
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: MAX_BODY_BYTES,
    forceCloseConnections: true,
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
  })
  acceptBodies(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('seam-request-id', request.id)
    reply.header('cache-control', 'no-store')
  })
  app.setErrorHandler((error, request, reply) => {
    const { status, body } = answerTo(error, request.id)
    if (status >= 500) request.log.error({ err: error, path: request.routeOptions.url }, 'request failed')
    return reply.status(status).send(body)
  })
  app.setNotFoundHandler((request, reply) => {
    const error = refusal(404, 'route_not_found', 'There is no such endpoint.')
    const { status, body } = answerTo(error, request.id)
    return reply.status(status).send(body)
  })
  app.get('/health', async () => ({ time: nowOf(hub), ok: true }))
  registerWorkspaceRoutes(app, hub)
  registerAcsRoutes(app, hub)
  registerAccessGrantRoutes(app, hub)
  registerAccessMethodRoutes(app, hub)
  registerEncodingRoutes(app, hub)
  registerSimulateRoutes(app, hub)
  registerActionAttemptRoutes(app, hub)
  registerEventRoutes(app, hub)
  registerBridgeRoutes(app, hub)
  registerDeskRoutes(app, hub, channel)
  return app
}
