import { randomUUID } from 'node:crypto'
import type { RequestListener, Server } from 'node:http'
import type { Socket } from 'node:net'
import fastify, { LogController } from 'fastify'
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BridgeError } from '../contract/errors.ts'
import { endWithError } from './bare-answer.ts'
import type { Channel } from './channel.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { parseForm } from './form.ts'
import { passThroughWhatIsNotHere, registerGatewayRoutes } from './gateway/routes-gateway.ts'
import type { Gate } from './gate.ts'
import { answerTo, refusal } from './refusal.ts'
import { HUB_PAGE_PATH, registerHubPage } from './page/routes.ts'
import { registerAccessGrantRoutes } from './routes-access-grants.ts'
import { registerAccessMethodRoutes } from './routes-access-methods.ts'
import { registerAcsRoutes } from './routes-acs.ts'
import { registerActionAttemptRoutes } from './routes-action-attempts.ts'
import { INSTANT_KEY_PATH, registerInstantKeyPages } from './instant-key-pages.ts'
import { registerBridgeRoutes } from './routes-bridges.ts'
import { registerClientSessionRoutes } from './routes-client-sessions.ts'
import { registerCredentialRoutes } from './routes-credentials.ts'
import { registerDeskRoutes } from './routes-desk.ts'
import { registerDeskWorkRoutes } from './routes-desk-work.ts'
import { registerEncodingRoutes } from './routes-encoding.ts'
import { registerEventRoutes } from './routes-events.ts'
import { registerOperatorRoutes } from './routes-operator.ts'
import { registerInstantKeyRoutes } from './routes-instant-keys.ts'
import { registerRelatedRoutes } from './routes-related.ts'
import { registerReportDevicesRoute } from './routes-report-devices.ts'
import { registerSimulateIssuingRoutes } from './routes-simulate-issuing.ts'
import { registerSimulateRoutes } from './routes-simulate.ts'
import { registerUnlockDoorRoute } from './routes-unlock-door.ts'
import { registerWebhookRoutes } from './routes-webhooks.ts'
import { registerWorkspaceRoutes } from './routes-workspaces.ts'

const MAX_BODY_BYTES = 524_288

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

const noRoute = (): BridgeError => refusal(404, 'route_not_found', 'There is no such endpoint.')

/** By the code of Node's parser or server; whatever else is wrong with a request is 400. */
const malformed: Partial<Record<string, readonly [number, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are too long.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive.'],
}

/**
 * What is no HTTP reaches no route and no hook. The error holds the packet, and with it whatever key was on its way: only
 * its code is logged.
 */
const answerMalformed = (log: FastifyBaseLogger, code: string, socket: Socket): void => {
  if (code === 'ECONNRESET' || socket.destroyed) return
  log.debug({ code }, 'request not understood')
  const [status, message] = malformed[code] ?? [400, 'This is no HTTP request.']
  endWithError(socket, refusal(status, 'invalid_input', message))
}

/** A guest follows a link from wherever it was sent to, an operator from a wiki. Looking changes nothing, and brings no cookie along. */
const LINKED_PAGES: ReadonlySet<string> = new Set([INSTANT_KEY_PATH, HUB_PAGE_PATH])

/** Pages of other origins have no business here: there is no CORS, and a plain form would need none. */
const refuseOtherPages = ({ headers, method, routeOptions }: FastifyRequest): void => {
  if (LINKED_PAGES.has(routeOptions.url ?? '') && (method === 'GET' || method === 'HEAD')) return
  const { origin, host = '' } = headers
  const site = headers['sec-fetch-site'] ?? 'none'
  const isOwn = origin === undefined || origin === `http://${host}` || origin === `https://${host}`
  if (!isOwn || (site !== 'none' && site !== 'same-origin')) {
    throw refusal(403, 'forbidden', 'The request comes from a page of another origin.')
  }
}

/** A hub alone has all of it to itself. */
const registerSandboxRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerWorkspaceRoutes(app, hub)
  registerAcsRoutes(app, hub)
  registerReportDevicesRoute(app, hub)
  registerCredentialRoutes(app, hub)
  registerAccessGrantRoutes(app, hub)
  registerAccessMethodRoutes(app, hub)
  registerRelatedRoutes(app, hub)
  registerUnlockDoorRoute(app, hub)
  registerEncodingRoutes(app, hub)
  registerClientSessionRoutes(app, hub)
  registerInstantKeyRoutes(app, hub)
  registerSimulateRoutes(app, hub)
  registerSimulateIssuingRoutes(app, hub)
  registerActionAttemptRoutes(app, hub)
  registerEventRoutes(app, hub)
  registerWebhookRoutes(app, hub)
  registerBridgeRoutes(app, hub)
  registerDeskWorkRoutes(app, hub)
  registerInstantKeyPages(app, hub)
}

/** The HTTP side of the hub, not listening yet. */
export const createHubServer = (
  hub: HubContext,
  channel: Channel,
  gate: Gate,
  makeServer: (handler: RequestListener) => Server,
): FastifyInstance => {
  const logger = hub.log
  const app = fastify({
    loggerInstance: logger,
    bodyLimit: MAX_BODY_BYTES,
    serverFactory: (handler) => makeServer(handler),
    forceCloseConnections: true,
    clientErrorHandler: (error, socket) => answerMalformed(logger, error.code, socket),
    // An address that can't be decoded never reaches a route or a hook.
    frameworkErrors: (_error, request, reply: FastifyReply) => {
      const { status, body } = answerTo(noRoute(), request.id)
      void reply.status(status).send(body)
    },
    genReqId: () => randomUUID(),
    logController: new LogController({ disableRequestLogging: true }),
  })
  acceptBodies(app)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('seam-request-id', request.id)
    reply.header('cache-control', 'no-store')
    gate.admit(request.raw)
  })
  if (hub.gateway !== undefined) passThroughWhatIsNotHere(app, hub.gateway)
  app.addHook('onRequest', async (request) => refuseOtherPages(request))
  app.setErrorHandler((error, request, reply) => {
    const { status, headers, body } = answerTo(error, request.id)
    if (status >= 500) request.log.error({ err: error, path: request.routeOptions.url }, 'request failed')
    return reply.status(status).headers(headers).send(body)
  })
  app.setNotFoundHandler((request, reply) => {
    const { status, body } = answerTo(noRoute(), request.id)
    return reply.status(status).send(body)
  })
  app.get('/health', async () => ({ time: nowOf(hub), ok: true }))
  if (hub.gateway === undefined) registerSandboxRoutes(app, hub)
  else registerGatewayRoutes(app, hub, hub.gateway)
  registerOperatorRoutes(app, hub)
  registerDeskRoutes(app, hub, channel)
  registerHubPage(app, hub)
  return app
}
