import { BridgeError } from '../contract/errors.ts'
import { GrantsPage, type SeamAsk, type SeamGrant } from './answers.ts'
import type { AcsSystemIds } from './site.ts'

/** The most that one answer holds, and that one question names. */
export const GRANTS_AT_ONCE = 100
/** Ten thousand grants. A server whose pages have no end is left there. */
const MAX_PAGES = 100

const readPages = async (ask: SeamAsk, filter: object): Promise<SeamGrant[]> => {
  const found: SeamGrant[] = []
  let cursor: string | null = null
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const body = { ...filter, limit: GRANTS_AT_ONCE, ...(cursor !== null && { page_cursor: cursor }) }
    const page: {
      access_grants: SeamGrant[]
      pagination?: { next_page_cursor: string | null } | undefined
    } = await ask('/access_grants/list', body, GrantsPage)
    found.push(...page.access_grants)
    cursor = page.pagination?.next_page_cursor ?? null
    if (cursor === null) return found
  }
  throw new BridgeError('seam_unreachable', `Its list of grants has more than ${MAX_PAGES} pages.`)
}

/** The site's grants that fit a filter of `/access_grants/list`. Rejects as the question does, and `seam_unreachable` for pages without end. */
export const readGrants = async (
  ask: SeamAsk,
  acsSystemIds: AcsSystemIds,
  filter: object,
): Promise<SeamGrant[]> => {
  if (acsSystemIds === null) return readPages(ask, filter)
  const found = new Map<string, SeamGrant>()
  for (const acs_system_id of acsSystemIds) {
    const told = await readPages(ask, { ...filter, acs_system_id })
    for (const grant of told) found.set(grant.access_grant_id, grant)
  }
  return [...found.values()]
}
