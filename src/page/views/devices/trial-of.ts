import type { EncoderBody } from '../../../control/schema.ts'

/** How a device proves that it works: an encoder by a test card, a scanner by a scan; a lock system by its first key. */
export const trialOf = ({ kind, keys }: EncoderBody): 'card' | 'scan' | null => {
  if (kind === 'card') return 'card'
  return kind === 'scanner' || keys?.reads === true ? 'scan' : null
}
