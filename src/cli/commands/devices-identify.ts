import { BridgeError } from '../../contract/errors.ts'
import type { IdentifyResponse } from '../../control/schema.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { whileInterruptible } from '../while-interruptible.ts'

const sentenceOf = (answer: Exclude<IdentifyResponse, { kind: 'nothing' }>): string => {
  switch (answer.kind) {
    case 'shown':
      return `${answer.encoder.name} has just lit up or sounded.`
    case 'seen':
      return `That was ${answer.encoder.name} (${answer.encoder.path ?? '–'}).`
    case 'set_up':
      return `${answer.path} is ${answer.encoder.name} from now on.`
  }
}

/**
 * `encoder-bridge devices identify`: tells encoders apart. One that can shows itself; else a card is laid on one, and the
 * bridge says which it was. For a name that could be several devices, the one with the card becomes it.
 */
export const devicesIdentify = async (
  { voice, terminal }: Context,
  name: string | undefined,
  options: { readonly data: string },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  voice.say(
    name === undefined
      ? 'Show any encoder a card, and it is named. Ctrl-C ends it.'
      : `If “${name}” does not light up or sound now, show it a card. Ctrl-C ends it.`,
  )
  const request = name === undefined ? {} : { encoder: name }
  return whileInterruptible<ExitCode>(terminal, async (signal) => {
    const left = new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => reject(new BridgeError('aborted')))
    })
    for (;;) {
      const answer = await Promise.race([client.identify(request), left])
      if (answer.kind === 'nothing') continue
      voice.give(answer)
      if (!voice.isJson) voice.say(sentenceOf(answer))
      return 0
    }
  })
}
