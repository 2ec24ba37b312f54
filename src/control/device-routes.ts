import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { EncoderId } from '../contract/ids.ts'
import { chooseEncoder } from './choose-encoder.ts'
import type { ControlPorts } from './ports.ts'
import type { Serve } from './serve.ts'
import { encoderBody } from './views.ts'

/** Serves the devices: what an installer does, and what happens at them. */
export const addDeviceRoutes = (
  serve: Serve,
  { encoders, journal }: Pick<ControlPorts, 'encoders' | 'journal'>,
): void => {
  const choose = (wanted: string | undefined) => chooseEncoder(encoders.list(), wanted)
  const all = () => ({ encoders: encoders.list().map(encoderBody) })
  const bodyOf = (encoderId: EncoderId) => {
    const view = encoders.list().find((encoder) => encoder.encoderId === encoderId)
    if (view === undefined) throw new BridgeError('encoder_unknown')
    return encoderBody(view)
  }

  serve.encoders(all)

  serve.takeOver(({ request, caller }) => {
    const { encoderId } = choose(request.encoder)
    const { order_id: orderId } = request
    if (!encoders.takeOver(encoderId, orderId)) {
      throw new BridgeError('device_busy', 'Another order holds it, or none: look again.')
    }
    journal.noteAudit({
      event: 'takenOver',
      orderId,
      orderedBy: caller.label,
      encoderId,
      uid: null,
      outcome: null,
    })
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

  serve.events(() => {
    throw new BridgeError('request_invalid', 'Events are told over a WebSocket.')
  })
}
