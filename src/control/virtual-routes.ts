import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { VirtualPorts } from './ports.ts'
import type { Serve } from './serve.ts'

/** Both are spelt by the requests: hexadecimal digits in pairs, or text. */
const bytesOf = ({ hex, text }: { readonly hex?: string | undefined; readonly text?: string | undefined }) =>
  hex === undefined ? new TextEncoder().encode(text ?? '') : Uint8Array.from(Buffer.from(hex, 'hex'))

/**
 * Serves the virtual devices: cards are put into their fields and taken out, and shown to their
 * scanners. No other device has them.
 */
export const addVirtualRoutes = (
  serve: Serve,
  virtual: VirtualPorts,
  choose: (wanted: string | undefined) => EncoderView,
): void => {
  const nameOf = (wanted: string | undefined): string => {
    const { name, transport } = choose(wanted)
    if (transport === 'none') return name
    throw new BridgeError('request_invalid', `“${name}” is no virtual device.`)
  }

  serve.placeCard(({ request }) => {
    const memory = request.memory === undefined ? {} : { memory: bytesOf({ hex: request.memory }) }
    virtual.place(nameOf(request.encoder), { type: request.type, uid: request.uid, ...memory })
    return {}
  })

  serve.removeCard(({ request }) => {
    virtual.remove(nameOf(request.encoder), request.uid)
    return {}
  })

  serve.present(({ request }) => {
    virtual.present(nameOf(request.encoder), {
      technology: request.technology,
      data: bytesOf(request),
      ...(request.bit_count !== undefined && { bitCount: request.bit_count }),
      ...(request.symbology !== undefined && { symbology: request.symbology }),
    })
    return {}
  })
}
