import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { encoderLines } from '../texts.ts'

/** `encoder-bridge devices accept`: the device that is connected in an encoder's place is the encoder from now on. */
export const devicesAccept = async (
  { voice }: Context,
  name: string,
  options: { readonly data: string },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const { encoders } = await client.accept({ encoder: name })
  voice.give({ encoders })
  if (!voice.isJson)
    voice.say(`Accepted: what is connected is “${name}” from now on.`, ...encoderLines(encoders))
  return 0
}
