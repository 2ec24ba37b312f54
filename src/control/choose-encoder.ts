import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'

/**
 * The encoder of that id or name; without either the only one. Throws `encoder_unknown`, and `request_invalid` where several
 * could be meant.
 */
export const chooseEncoder = (encoders: readonly EncoderView[], wanted: string | undefined): EncoderView => {
  const names = encoders.map(({ name }) => name).join(', ')
  if (wanted === undefined) {
    const [only, ...others] = encoders
    if (only === undefined) throw new BridgeError('encoder_unknown', 'No encoder is configured here.')
    if (others.length > 0) {
      throw new BridgeError('request_invalid', `Several encoders are here; name one of ${names}.`)
    }
    return only
  }
  const found =
    encoders.find(({ encoderId }) => encoderId === wanted) ??
    encoders.find(({ name }) => name.toLowerCase() === wanted.toLowerCase())
  if (found === undefined) throw new BridgeError('encoder_unknown', `“${wanted}” is none of: ${names}.`)
  return found
}
