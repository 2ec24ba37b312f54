import { BridgeError } from '../../contract/errors.ts'
import type { ClerkRole } from '../../contract/people.ts'
import { hashSecret, makeSecret } from './secrets.ts'

const LASTS_MS = 120_000
/** More than anybody has open at once; the oldest goes. */
const MAX_LINKS = 20

/**
 * The codes that sign one browser in, each once and for two minutes. They are held as hashes, in memory alone: a daemon that
 * starts again knows none.
 * @param now milliseconds of a clock that never goes back
 */
export const createPageLinks = (now: () => number) => {
  const links = new Map<string, { readonly role: ClerkRole; readonly endsAt: number }>()
  return {
    make: (role: ClerkRole): { readonly code: string; readonly lastsMs: number } => {
      const code = makeSecret()
      links.set(hashSecret(code), { role, endsAt: now() + LASTS_MS })
      const [oldest] = links.keys()
      if (links.size > MAX_LINKS && oldest !== undefined) links.delete(oldest)
      return { code, lastsMs: LASTS_MS }
    },
    /** What the code gives; it gives it no second time. Throws `sign_in_refused`. */
    use: (code: string): ClerkRole => {
      const hash = hashSecret(code)
      const link = links.get(hash)
      links.delete(hash)
      if (link === undefined || link.endsAt <= now()) {
        throw new BridgeError('sign_in_refused', 'The link was used already, or is too old.')
      }
      return link.role
    },
  }
}
