import type { EventBody } from '../../control/schema/events.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
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
      return `${time}  ${event.encoder_name}  card ${event.card_uid ?? 'without its number'} (${event.technology}) for ${event.order_id}`
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
  const client = await openControlClient(options.data)
  return new Promise((resolve, reject) => {
    const listening = client.events(
      { reveal: options.reveal === true ? 'true' : 'false' },
      {
        onEvent: (event) => {
          const sentence = sentenceOf(event)
          if (sentence === null && event.type !== 'alive') return
          if (voice.isJson) terminal.out.write(`${printableJson(event)}\n`)
          else if (sentence !== null) voice.say(sentence)
        },
        onEnd: (error) => {
          stop()
          if (error === null) resolve(0)
          else reject(error)
        },
      },
    )
    const stop = terminal.onInterrupt(() => listening.close())
  })
}
