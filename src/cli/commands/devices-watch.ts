import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { BridgeError } from '../../contract/errors.ts'
import { EventBody } from '../../control/schema/events.ts'
import type { Context } from '../context.ts'
import { findRunning } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { printableJson } from '../printable.ts'

const stateOf = ({ encoder }: Extract<EventBody, { type: 'device.changed' }>): string => {
  if (encoder.error !== null) return `${encoder.state}: ${encoder.error.message} (${encoder.error.code})`
  return encoder.lease === null ? encoder.state : `in use by ${encoder.lease.owner}`
}

/** One line for people; null for what only keeps the line alive. */
const sentenceOf = (event: EventBody): string | null => {
  const time = event.at.slice(11, 19)
  switch (event.type) {
    case 'device.changed':
      return `${time}  ${event.encoder.name}  ${event.encoder.path ?? '–'}  ${stateOf(event)}`
    case 'card.presented':
      return `${time}  ${event.encoder_name}  card ${event.card_uid ?? ''} (${event.technology}) for ${event.order_id}`
    case 'scanner.read': {
      const size = event.bit_count === null ? `${event.size_bytes} bytes` : `${event.bit_count} bits`
      return `${time}  ${event.encoder_name}  read ${event.technology}, ${event.data ?? size}`
    }
    case 'session.changed':
    case 'work.changed':
    case 'link.changed':
    case 'me.changed':
    case 'log.line':
    case 'alive':
      return null
  }
}

/** `encoder-bridge devices --watch`: what happens at the devices, line by line, until Ctrl-C. */
export const devicesWatch = async (
  { voice, terminal }: Context,
  options: { readonly data: string; readonly reveal?: boolean },
): Promise<ExitCode> => {
  const { endpoint, token } = await findRunning(options.data)
  const answer = await fetch(`${endpoint}/v1/events${options.reveal === true ? '?reveal=true' : ''}`, {
    headers: { authorization: `Bearer ${token}` },
  })
  const stream = Readable.fromWeb(answer.body as never)
  let isLeaving = false
  const stop = terminal.onInterrupt(() => {
    isLeaving = true
    stream.destroy()
  })
  // The stream is cut by Ctrl-C, or by a daemon that dies: what that throws tells nothing more.
  stream.on('error', () => undefined)
  try {
    for await (const line of createInterface({ input: stream })) {
      const event = EventBody.safeParse(JSON.parse(line))
      if (!event.success) throw new BridgeError('daemon_unreachable', 'The daemon is of another version.')
      if (voice.isJson) terminal.out.write(`${printableJson(event.data)}\n`)
      const sentence = sentenceOf(event.data)
      if (sentence !== null && !voice.isJson) voice.say(sentence)
    }
  } finally {
    stop()
  }
  if (isLeaving) return 0
  throw new BridgeError('daemon_unreachable', 'It has stopped.')
}
