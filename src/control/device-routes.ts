import { setMaxListeners } from 'node:events'
import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { EncoderId } from '../contract/ids.ts'
import { streamEvents } from './events.ts'
import type { ControlPorts } from './ports.ts'
import { AcceptRequest, IdentifyRequest, type IdentifyResponse } from './schema.ts'
import { EventsQuery } from './schema/events.ts'
import { encoderBody } from './views.ts'

/** Each is told everything anew: more than this is a program that has lost count. */
const MAX_FOLLOWERS = 32

/** What these routes borrow from the others. */
interface RouteTools {
  parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T>
  /** The encoder of that name or id; without one the only encoder. */
  choose(wanted: string | undefined): EncoderView
  /** A signal that fires after the time, when the caller goes away, or when the server closes. */
  patience(waitMs: number, caller: NodeJS.EventEmitter): { readonly signal: AbortSignal } & Disposable
  readonly closing: AbortSignal
}

/** Hangs the routes of the devices on the server: what an installer does, and what happens at them. */
export const addDeviceRoutes = (
  app: FastifyInstance,
  encoders: ControlPorts['encoders'],
  { parse, choose, patience, closing }: RouteTools,
): void => {
  const bodyOf = (encoderId: EncoderId) => {
    const view = encoders.list().find((encoder) => encoder.encoderId === encoderId)
    if (view === undefined) throw new BridgeError('encoder_unknown')
    return encoderBody(view)
  }

  app.post('/v1/encoders/accept', ({ body }) => {
    encoders.accept(choose(parse(AcceptRequest, body).encoder).encoderId)
    return { encoders: encoders.list().map(encoderBody) }
  })

  app.post('/v1/encoders/identify', async ({ body, raw }): Promise<IdentifyResponse> => {
    const request = parse(IdentifyRequest, body)
    const named = request.encoder === undefined ? null : choose(request.encoder).encoderId
    using waiting = patience(request.wait_ms, raw.socket)
    try {
      const identified = await encoders.identify(named, waiting.signal)
      const encoder = bodyOf(identified.encoderId)
      return identified.kind === 'setUp'
        ? { kind: 'set_up', encoder, path: identified.path }
        : { kind: identified.kind, encoder }
    } catch (error) {
      if (isBridgeError(error, 'aborted')) return { kind: 'nothing' }
      throw error
    }
  })

  // Everybody who waits or follows listens to it; Node would take the eleventh for a leak.
  setMaxListeners(0, closing)
  let followers = 0
  app.get('/v1/events', ({ query }, reply) => {
    const { reveal } = parse(EventsQuery, query)
    if (followers >= MAX_FOLLOWERS) {
      throw new BridgeError('rate_limited', `${MAX_FOLLOWERS} programs follow the events already.`)
    }
    const events = streamEvents(encoders, reveal === 'true', closing)
    followers += 1
    events.once('close', () => (followers -= 1))
    return reply.type('application/x-ndjson').send(events)
  })
}
