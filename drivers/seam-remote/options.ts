import { z } from 'zod'

/** Nothing to choose: the endpoint is the path, the key is in the secret file, and an encoder's address is its acs_encoder_id. */
export const SeamRemoteOptions = z.strictObject({})
