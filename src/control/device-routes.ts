import { setMaxListeners } from 'node:events'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { EncoderId } from '../contract/ids.ts'
import { chooseEncoder } from './choose-encoder.ts'
import { streamEvents } from './events.ts'
import type { ControlPorts } from './ports.ts'
import type { Serve } from './serve.ts'
import { encoderBody } from './views.ts'

/** Each is told everything anew: more than this is a program that has lost count. */
const MAX_FOLLOWERS = 32

/** Serves the devices: what an installer does, and what happens at them. */
export const addDeviceRoutes = (
  serve: Serve,
  encoders: ControlPorts['encoders'],
  closing: AbortSignal,
): void => {
  const choose = (wanted: string | undefined) => chooseEncoder(encoders.list(), wanted)
  const all = () => ({ encoders: encoders.list().map(encoderBody) })
  const bodyOf = (encoderId: EncoderId) => {
    const view = encoders.list().find((encoder) => encoder.encoderId === encoderId)
    if (view === undefined) throw new BridgeError('encoder_unknown')
    return encoderBody(view)
  }

  serve.encoders(all)

  serve.takeOver(({ request }) => {
    if (!encoders.takeOver(choose(request.encoder).encoderId, request.order_id)) {
      throw new BridgeError('device_busy', 'Another order holds it, or none: look again.')
    }
    return all()
  })

  serve.accept(({ request }) => {
    encoders.accept(choose(request.encoder).encoderId)
    return all()
  })

  serve.identify(async ({ request, patience }) => {
    const named = request.encoder === undefined ? null : choose(request.encoder).encoderId
    using waiting = patience(request.wait_ms)
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
  serve.events(({ request, reply }) => {
    if (followers >= MAX_FOLLOWERS) {
      throw new BridgeError('rate_limited', `${MAX_FOLLOWERS} programs follow the events already.`)
    }
    const events = streamEvents(encoders, request.reveal === 'true', closing)
    followers += 1
    events.once('close', () => (followers -= 1))
    return reply.type('application/x-ndjson').send(events)
  })
}
