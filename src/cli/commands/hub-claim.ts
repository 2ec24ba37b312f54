import { BridgeError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { createHubClient } from '../hub-client.ts'

/** `encoder-bridge hub claim CODE`: takes the bridge that shows this code into the workspace of the API key. */
export const hubClaim = async (
  { voice }: Context,
  code: string,
  options: { readonly hub: string; readonly apiKey?: string; readonly system?: string },
): Promise<ExitCode> => {
  if (options.apiKey === undefined) {
    throw new BridgeError(
      'request_invalid',
      'An API key is wanted: --api-key, or SEAM_API_KEY in the environment.',
    )
  }
  const answer = await createHubClient(options.hub, options.apiKey).call('/bridges/claim', {
    pairing_code: code,
    ...(options.system === undefined ? {} : { acs_system_id: options.system }),
  })
  voice.give(answer)
  voice.say('Claimed. The bridge connects by itself.')
  return 0
}
