import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { HubContext } from '../context.ts'
import { parametersOf } from '../endpoint.ts'
import { parseForm } from '../form.ts'
import { idList } from '../inputs.ts'
import { invalidInput } from '../refusal.ts'
import { registerEncoderReads } from '../routes-acs.ts'
import { registerAttemptReads } from '../routes-action-attempts.ts'
import { registerOwnBridgeRoutes } from '../routes-bridges.ts'
import { registerEncodingRoutes } from '../routes-encoding.ts'
import type { Gateway } from './gateway.ts'
import { createAttemptMerge, createEncoderMerge } from './merged-lists.ts'
import type { Merge } from './merged-lists.ts'
import { registerGatewayDeskWork } from './routes-desk-work.ts'
import { refuseCrookedTarget } from './request-target.ts'

/** The body as it came, beside what was read of it. */
const bodies = new WeakMap<FastifyRequest, Buffer>()

const goThrough = (gateway: Gateway, request: FastifyRequest, reply: FastifyReply): void => {
  const authorization = gateway.authorizationFor(request.raw)
  reply.hijack()
  const body = bodies.get(request) ?? null
  gateway.passThrough(request.raw, reply.raw, { requestId: request.id, body, authorization })
}

/** Bridges are paired with this hub: what it doesn't offer them nobody behind it does. */
const BRIDGES = /^\/(?:seam\/)?bridge\/v1\//

/** Before anything else looks at a request, its body included: what no route of ours answers is the upstream's. */
export const passThroughWhatIsNotHere = (app: FastifyInstance, gateway: Gateway): void => {
  app.addHook('onRequest', async (request, reply) => {
    refuseCrookedTarget(request.raw.url ?? '')
    if (request.is404 && !BRIDGES.test(request.raw.url ?? '')) goThrough(gateway, request, reply)
  })
}

const readBody = (contentType: string | undefined, body: Buffer): unknown => {
  if (body.length === 0) return {}
  const type = contentType?.split(';')[0]?.trim().toLowerCase()
  try {
    if (type === 'application/x-www-form-urlencoded') return parseForm(body.toString('utf8'))
    if (type === 'application/json') return JSON.parse(body.toString('utf8'))
  } catch {
    // Whoever gets it refuses it.
  }
  return undefined
}

/** Bodies are kept as they are: whose the request is shows in them, and the upstream's goes on unchanged. */
const keepBodies = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    const bytes = Buffer.from(body)
    bodies.set(request, bytes)
    done(
      null,
      readBody(
        request.headers['content-encoding'] === undefined ? request.headers['content-type'] : 'coded',
        bytes,
      ),
    )
  })
}

const Encoders = z.object({ acs_encoder_id: z.string().optional(), acs_encoder_ids: idList.optional() })
const Attempt = z.object({ action_attempt_id: z.string() })

/** Whether a request is for what this hub has itself. Throws for one that names encoders of both sides. */
const createOwnership = (hub: HubContext): Partial<Record<string, (parameters: unknown) => boolean>> => {
  const byEncoder = (parameters: unknown): boolean => {
    const { data } = Encoders.safeParse(parameters)
    const ids = [data?.acs_encoder_id ?? [], data?.acs_encoder_ids ?? []].flat()
    const ours = ids.filter((acs_encoder_id) => hub.store.encoders.find({ acs_encoder_id }) !== null)
    if (ours.length > 0 && ours.length < ids.length) {
      throw invalidInput(
        'acs_encoder_ids: some are encoders of this hub and some are not; one order is for one side',
      )
    }
    return ours.length > 0
  }
  const byAttempt = (parameters: unknown): boolean => {
    const { data } = Attempt.safeParse(parameters)
    return data !== undefined && hub.store.attempts.find(data) !== null
  }
  return {
    '/acs/encoders/get': byEncoder,
    '/acs/encoders/encode_credential': byEncoder,
    '/acs/encoders/scan_credential': byEncoder,
    '/acs/encoders/scan_to_assign_credential': byEncoder,
    '/access_methods/encode': byEncoder,
    '/action_attempts/get': byAttempt,
  }
}

const registerMerged = (
  app: FastifyInstance,
  gateway: Gateway,
  path: string,
  merge: (parameters: unknown) => Merge,
): void => {
  app.route({
    method: ['GET', 'POST'],
    url: path,
    handler: async (request, reply) => {
      const merged = merge(parametersOf(request))
      if (merged.kind === 'passThrough') return goThrough(gateway, request, reply)
      await gateway.identify(request)
      const bearer = gateway.authorizationFor(request.raw) ?? request.headers.authorization ?? ''
      return { ...(await merged.answer(bearer.replace(/^Bearer +/i, '').trim())), ok: true }
    },
  })
}

/** What a gateway answers itself. Where it depends on what a request names, the rest of it goes to the upstream. */
export const registerGatewayRoutes = (app: FastifyInstance, hub: HubContext, gateway: Gateway): void => {
  registerOwnBridgeRoutes(app, hub)
  registerGatewayDeskWork(app, hub, gateway)
  void app.register(async (shared) => {
    keepBodies(shared)
    const ownership = createOwnership(hub)
    registerMerged(shared, gateway, '/acs/encoders/list', createEncoderMerge(hub, gateway))
    registerMerged(shared, gateway, '/action_attempts/list', createAttemptMerge(hub, gateway))
    await shared.register(async (either) => {
      either.addHook('preHandler', async (request, reply) => {
        const isOurs = ownership[request.routeOptions.url ?? '']?.(parametersOf(request)) === true
        if (!isOurs) goThrough(gateway, request, reply)
      })
      registerEncoderReads(either, hub)
      registerAttemptReads(either, hub)
      registerEncodingRoutes(either, hub)
    })
  })
}
