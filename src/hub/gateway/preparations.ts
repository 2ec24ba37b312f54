import { z } from 'zod'
import { nowOf } from '../context.ts'
import type { HubContext } from '../context.ts'
import { deleteMethod } from '../grants.ts'
import { findEncoders } from '../orders.ts'
import { invalidInput } from '../refusal.ts'
import { makeSiteKey } from '../secrets.ts'
import { askUpstream, isNotFound } from './ask.ts'
import { fetchRelated } from './related.ts'
import { keepEntrances, keepShadow } from './shadow.ts'
import type { Upstream } from './upstream.ts'

const SystemAnswer = z.object({
  acs_system: z.object({
    acs_system_id: z.uuid(),
    workspace_id: z.string(),
    name: z.string(),
    connected_account_id: z.string(),
    location: z.object({ time_zone: z.string().nullish() }).nullish(),
  }),
})

const EntrancesAnswer = z.object({
  acs_entrances: z.array(
    z.object({
      acs_entrance_id: z.string(),
      acs_system_id: z.string(),
      display_name: z.string(),
      can_belong_to_reservation: z.boolean().default(true),
    }),
  ),
  pagination: z.object({ next_page_cursor: z.string().nullish() }).nullish(),
})
/** More pages than a property has doors. */
const MAX_PAGES = 100

/** Where neither Seam nor a bridge has told one. */
const UNTOLD_TIME_ZONE = 'UTC'

const keepSystem = (
  hub: HubContext,
  told: z.output<typeof SystemAnswer>['acs_system'],
  timeZone: string,
): void => {
  const { acs_system_id, workspace_id, name, connected_account_id } = told
  const row = { name, connected_account_id, time_zone: told.location?.time_zone ?? timeZone }
  if (hub.store.systems.find({ acs_system_id }) !== null) {
    return hub.store.systems.update({ acs_system_id }, row)
  }
  hub.store.systems.insert({
    acs_system_id,
    workspace_id,
    ...row,
    card_issuing: 'encoding',
    created_at: nowOf(hub),
  })
  hub.store.siteKeys.insert({ acs_system_id, version: 1, key: makeSiteKey() })
}

/** See `Gateway`: each brings from the upstream what an endpoint of ours then finds in the store. */
export const createPreparations = (hub: HubContext, upstream: Upstream, workspaceId: () => string) => {
  const keepOf = async (accessMethodId: string, systemId: string): Promise<void> => {
    const related = await fetchRelated(upstream, accessMethodId)
    if (related.method.mode !== 'card') {
      throw invalidInput(
        `access_method_id: the access method's mode is ${related.method.mode}; only cards are encoded`,
      )
    }
    hub.store.transaction(() => keepShadow(hub, workspaceId(), systemId, related))
  }
  const fetchSystem = async (acsSystemId: string, timeZone: string): Promise<void> => {
    const asked = { acs_system_id: acsSystemId }
    const { acs_system: told } = await askUpstream(upstream, '/acs/systems/get', asked, SystemAnswer)
    hub.store.transaction(() => keepSystem(hub, { ...told, workspace_id: workspaceId() }, timeZone))
  }
  const forget = (access_method_id: string): void => {
    const method = hub.store.methods.find({ access_method_id, deleted_at: null })
    if (method !== null) hub.store.transaction(() => deleteMethod(hub, method))
  }

  return {
    prepareSystem: (acsSystemId: string) => fetchSystem(acsSystemId, UNTOLD_TIME_ZONE),
    prepareClaim: async (pairingCode: string, acsSystemId: string | null): Promise<void> => {
      if (acsSystemId === null) {
        throw invalidInput('acs_system_id: name the access system of Seam that this bridge serves')
      }
      const pairing_code = pairingCode.trim().toUpperCase()
      const session = hub.store.sessions.find({ pairing_code, bridge_id: null })
      await fetchSystem(acsSystemId, session?.time_zone ?? UNTOLD_TIME_ZONE)
    },
    prepareEncode: async (accessMethodId: string, acsEncoderIds: readonly string[]): Promise<void> => {
      const [encoder] = findEncoders(hub, workspaceId(), acsEncoderIds)
      if (encoder === undefined) return
      try {
        await keepOf(accessMethodId, encoder.acs_system_id)
      } catch (error) {
        if (isNotFound(error)) forget(accessMethodId)
        throw error
      }
    },
    /** The last that was heard counts while the upstream can't be asked: a valid card is asked about before it is overwritten. */
    prepareLookup: async (acsCredentialId: string): Promise<void> => {
      const credential = hub.store.credentials.find({ acs_credential_id: acsCredentialId })
      if (credential?.access_method_id == null) return
      try {
        await keepOf(credential.access_method_id, credential.acs_system_id)
      } catch (error) {
        if (isNotFound(error)) forget(credential.access_method_id)
        hub.log.info({ err: error }, 'a credential was looked up without the upstream')
      }
    },
    prepareEntrances: async (acsSystemId: string): Promise<void> => {
      let cursor: string | null = null
      for (let page = 0; page < MAX_PAGES; page += 1) {
        const answer: z.output<typeof EntrancesAnswer> = await askUpstream(
          upstream,
          '/acs/entrances/list',
          { acs_system_id: acsSystemId, ...(cursor === null ? {} : { page_cursor: cursor }) },
          EntrancesAnswer,
        )
        hub.store.transaction(() => keepEntrances(hub, workspaceId(), answer.acs_entrances))
        cursor = answer.pagination?.next_page_cursor ?? null
        if (cursor === null) return
      }
    },
  }
}
