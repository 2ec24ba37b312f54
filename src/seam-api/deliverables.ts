import {
  type ChannelGrant,
  type ChannelSecret,
  type FindGrantsRequest,
  MAX_FOUND_GRANTS,
  type RevealResponse,
} from '../contract/channel-work.ts'
import type { z } from 'zod'
import { OneMethod, Related, type SeamAsk, type SeamGrant, type SeamMethod } from './answers.ts'
import { readGrants } from './grants.ts'
import { type AcsSystemIds, isAt, isOf } from './site.ts'

/** Whose work is read: that of which access systems, and in which time zone they are. */
export interface Site {
  readonly acsSystemIds: AcsSystemIds
  /** The property's, an IANA name. */
  readonly timeZone: string
}

const modeSecrets: Record<SeamMethod['mode'], readonly ChannelSecret[]> = {
  code: ['code'],
  mobile_key: ['instant_key_url', 'client_session_token'],
  card: [],
  cloud_key: [],
}

/** What of an access method is handed over. */
type Told = Omit<SeamMethod, 'is_ready_for_encoding' | 'is_ready_for_assignment'>

/** An access method as a desk shows it, without its secrets. */
export const deliverableOf = (method: Told): ChannelGrant['access_methods'][number] => {
  const { access_method_id, mode, display_name, is_issued, issued_at } = method
  const { is_encoding_required, is_assignment_required } = method
  return {
    ...{ access_method_id, mode, display_name, is_issued, issued_at },
    ...{ is_encoding_required, is_assignment_required },
    secrets: is_issued ? modeSecrets[mode].filter((secret) => method[secret] != null) : [],
    remarks: [
      ...method.warnings.map(({ warning_code: code, message }) => ({
        kind: 'warning' as const,
        code,
        message,
      })),
      ...method.errors.map(({ error_code: code, message }) => ({ kind: 'error' as const, code, message })),
    ],
  }
}

const EVERYTHING = ['access_methods', 'acs_entrances', 'acs_credentials']

const readBatch = async (ask: SeamAsk, access_method_ids: readonly string[]) =>
  (await ask('/access_methods/get_related', { access_method_ids, include: EVERYTHING }, Related)).batch

/** Whether an access method is of the site. Rejects as the question does. */
export const isMethodAt = async (ask: SeamAsk, acsSystemIds: AcsSystemIds, id: string): Promise<boolean> =>
  isAt(await readBatch(ask, [id]), acsSystemIds)

/** Null for a grant without an access method of the site. */
const readGrant = async (ask: SeamAsk, site: Site, grant: SeamGrant): Promise<ChannelGrant | null> => {
  const { acsSystemIds } = site
  const ids = grant.access_method_ids
  const batch = ids.length === 0 ? Related.parse({ batch: {} }).batch : await readBatch(ask, ids)
  const isOurs = isOf(acsSystemIds)
  const belongings = [...batch.acs_entrances, ...batch.acs_credentials]
  // A batch does not say what is whose: where some of it is another site's, each access method is asked for by itself.
  const isAllOurs = acsSystemIds === null || (belongings.length > 0 && belongings.every(isOurs))
  const methods: SeamMethod[] = []
  for (const method of batch.access_methods) {
    if (isAllOurs || (await isMethodAt(ask, acsSystemIds, method.access_method_id))) methods.push(method)
  }
  if (acsSystemIds !== null && methods.length === 0) return null
  return {
    access_grant_id: grant.access_grant_id,
    reservation_key: grant.reservation_key ?? null,
    doors: batch.acs_entrances.filter(isOurs).map(({ display_name: name }) => name),
    starts_at: grant.starts_at,
    ends_at: grant.ends_at,
    time_zone: site.timeZone,
    access_methods: methods.map(deliverableOf),
  }
}

type Query = z.infer<typeof FindGrantsRequest>

const filterOf = async (ask: SeamAsk, query: Query): Promise<object | null> => {
  const { access_grant_id, access_method_id, reservation_key } = query
  if (reservation_key !== undefined) return { reservation_key }
  if (access_grant_id !== undefined) return { access_grant_ids: [access_grant_id] }
  const body = { access_method_ids: [access_method_id], include: ['access_grants'] }
  const { batch } = await ask('/access_methods/get_related', body, Related)
  const ids = batch.access_grants.map(({ access_grant_id: id }) => id)
  return ids.length === 0 ? null : { access_grant_ids: ids }
}

/** The site's grants that fit, at most 20. Rejects as the question does. */
export const findDeliverables = async (ask: SeamAsk, site: Site, query: Query): Promise<ChannelGrant[]> => {
  const filter = await filterOf(ask, query)
  const found = filter === null ? [] : await readGrants(ask, site.acsSystemIds, filter)
  const told: ChannelGrant[] = []
  for (const grant of found.slice(0, MAX_FOUND_GRANTS)) {
    const one = await readGrant(ask, site, grant)
    if (one !== null) told.push(one)
  }
  return told
}

/** The secret itself, or why there is none. */
export const secretIn = (
  method: Pick<SeamMethod, 'mode' | 'is_issued' | ChannelSecret>,
  secret: ChannelSecret,
): Omit<RevealResponse, 'ok'> => {
  if (!modeSecrets[method.mode].includes(secret)) return { value: null, reason: 'not_supported' }
  const value = method.is_issued ? (method[secret] ?? null) : null
  return { value, reason: value === null ? 'not_issued' : null }
}

/** Asks for it; whether the access method is the site's was looked at before. */
export const readSecret = async (
  ask: SeamAsk,
  access_method_id: string,
  secret: ChannelSecret,
): Promise<Omit<RevealResponse, 'ok'>> =>
  secretIn((await ask('/access_methods/get', { access_method_id }, OneMethod)).access_method, secret)
