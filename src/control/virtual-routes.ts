import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { VirtualPorts } from './ports.ts'
import { PlaceCardRequest, PresentRequest, RemoveCardRequest } from './schema.ts'

/** Both are spelt by the requests: hexadecimal digits in pairs, or text. */
const bytesOf = ({ hex, text }: { readonly hex?: string | undefined; readonly text?: string | undefined }) =>
  hex === undefined ? new TextEncoder().encode(text ?? '') : Uint8Array.from(Buffer.from(hex, 'hex'))

/** What the routes take of the others. */
interface VirtualRouteParts {
  parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T>
  /** The encoder that a request names. */
  choose(wanted: string | undefined): EncoderView
}

/**
 * Hangs the routes of the virtual devices on the server: cards are put into their fields and taken out, and shown to their
 * scanners. No other device has them.
 */
export const addVirtualRoutes = (
  app: FastifyInstance,
  virtual: VirtualPorts,
  { parse, choose }: VirtualRouteParts,
): void => {
  const nameOf = (wanted: string | undefined): string => {
    const { name, transport } = choose(wanted)
    if (transport === 'none') return name
    throw new BridgeError('request_invalid', `“${name}” is no virtual device.`)
  }

  app.post('/v1/virtual/cards/place', ({ body }) => {
    const request = parse(PlaceCardRequest, body)
    const memory = request.memory === undefined ? {} : { memory: bytesOf({ hex: request.memory }) }
    virtual.place(nameOf(request.encoder), { type: request.type, uid: request.uid, ...memory })
    return {}
  })

  app.post('/v1/virtual/cards/remove', ({ body }) => {
    const request = parse(RemoveCardRequest, body)
    virtual.remove(nameOf(request.encoder), request.uid)
    return {}
  })

  app.post('/v1/virtual/present', ({ body }) => {
    const request = parse(PresentRequest, body)
    virtual.present(nameOf(request.encoder), {
      technology: request.technology,
      data: bytesOf(request),
      ...(request.bit_count !== undefined && { bitCount: request.bit_count }),
      ...(request.symbology !== undefined && { symbology: request.symbology }),
    })
    return {}
  })
}
