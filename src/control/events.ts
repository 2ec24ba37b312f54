import { Readable } from 'node:stream'
import type { EncoderId } from '../contract/ids.ts'
import { noUid } from '../contract/ids.ts'
import type { ControlPorts } from './ports.ts'
import type { EventBody } from './schema/events.ts'
import { encoderBody } from './views.ts'

/** A client that reads nothing is left behind after so many bytes: several times what all encoders take. */
const MAX_UNREAD_BYTES = 250_000
/** So that neither end takes a quiet desk for a dead connection. */
const ALIVE_EVERY_MS = 20_000

type Told<T extends EventBody['type']> = Omit<Extract<EventBody, { type: T }>, 'at'>

/**
 * What happens at the devices, as JSON lines, until the caller goes or `closing` fires. Each encoder comes once at the start,
 * and again whenever something of it has changed.
 */
export const streamEvents = (
  encoders: ControlPorts['encoders'],
  isRevealing: boolean,
  closing: AbortSignal,
): Readable => {
  const lines = new Readable({ highWaterMark: MAX_UNREAD_BYTES, read: () => undefined })
  const told = new Map<EncoderId, string>()

  const tell = (event: Told<EventBody['type']>): void => {
    const line: unknown = { ...event, at: new Date().toISOString() }
    if (!lines.push(`${JSON.stringify(line)}\n`)) lines.destroy()
  }
  const deviceOf = (encoderId: EncoderId) => ({
    encoder_id: encoderId,
    encoder_name: encoders.list().find((encoder) => encoder.encoderId === encoderId)?.name ?? '',
  })
  const tellChanges = (): void => {
    for (const view of encoders.list()) {
      const event: Told<'device.changed'> = { type: 'device.changed', encoder: encoderBody(view) }
      const text = JSON.stringify(event)
      if (told.get(view.encoderId) === text) continue
      told.set(view.encoderId, text)
      tell(event)
    }
  }

  tellChanges()
  const timer = setInterval(() => tell({ type: 'alive' }), ALIVE_EVERY_MS).unref()
  const stops = [
    () => clearInterval(timer),
    encoders.onChange(tellChanges),
    encoders.onCard(({ encoderId, orderId, card }) => {
      const event: Told<'card.presented'> = {
        type: 'card.presented',
        ...deviceOf(encoderId),
        order_id: orderId,
        card_uid: card.uid === noUid ? null : card.uid,
        technology: card.technology,
      }
      tell(event)
    }),
    encoders.onScannerRead(({ encoderId, read }) => {
      const event: Told<'scanner.read'> = {
        type: 'scanner.read',
        ...deviceOf(encoderId),
        technology: read.technology,
        size_bytes: read.data.length,
        bit_count: read.bitCount,
        symbology: read.symbology,
        data: isRevealing ? Buffer.from(read.data).toString('hex').toUpperCase() : null,
      }
      tell(event)
    }),
  ]
  const stop = (): void => {
    closing.removeEventListener('abort', end)
    for (const stopOne of stops) stopOne()
  }
  const end = (): void => {
    stop()
    lines.push(null)
  }
  closing.addEventListener('abort', end, { once: true })
  lines.once('close', stop)
  return lines
}
