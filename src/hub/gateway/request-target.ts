import { invalidInput } from '../refusal.ts'

/** Names between single slashes: nothing that another server could read as another path, and nothing that names a host. */
const PLAIN_PATH = /^(?:\/(?!\.{1,2}(?:\/|$))[A-Za-z0-9_.~-]+)*\/?$/

/** What stands behind the path, as it came: `?` and the query, or nothing. A `#` is no part of a request target (RFC 9112 §3.2). */
const QUERY = /^(?:\?[^#]*)?$/

/**
 * Refuses a request target whose path two servers could read differently: dot segments, empty segments, percent-encoding,
 * backslashes, parameters, the absolute form. Seam's own paths need none of it; so what is answered here and what goes to the upstream is
 * decided by the very text that the upstream gets.
 */
export const refuseCrookedTarget = (target: string): void => {
  const end = target.search(/[?#]/)
  const path = end < 0 ? target : target.slice(0, end)
  const rest = end < 0 ? '' : target.slice(end)
  if (path.startsWith('/') && PLAIN_PATH.test(path) && QUERY.test(rest)) return
  throw invalidInput('The path of the request is not in its plain form.')
}
