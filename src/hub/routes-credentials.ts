import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { asksForUnheld, instant, paging, unheld } from './inputs.ts'
import { pageOf } from './pages.ts'
import { presentCredential } from './present-access.ts'
import { presentEntrance } from './present-acs.ts'
import { notFound } from './refusal.ts'
import type { AcsCredentialRow } from './store-access.ts'

const which = { acs_credential_id: z.uuid() }

const ListInput = z.object({
  acs_system_id: z.uuid().optional(),
  acs_user_id: unheld.acs_user_id,
  user_identity_id: z.uuid().optional(),
  created_before: instant.optional(),
  is_multi_phone_sync_credential: z.union([z.boolean(), z.enum(['true', 'false'])]).optional(),
  search: z.string().optional(),
  ...paging,
})

/** A card's credential is made and ended with its access method; these only read it. */
export const registerCredentialRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const { credentials, entrances, grants, methods } = hub.store

  const find = (workspaceId: string, acs_credential_id: string): AcsCredentialRow => {
    const where = { workspace_id: workspaceId, acs_credential_id, deleted_at: null }
    const credential = credentials.find(where)
    if (credential === null) throw notFound('acs_credential', acs_credential_id)
    return credential
  }
  const doorsOf = ({ access_method_id }: AcsCredentialRow): readonly string[] => {
    const method = methods.find({ access_method_id: access_method_id ?? '' })
    return grants.find({ access_grant_id: method?.access_grant_id ?? '' })?.acs_entrance_ids ?? []
  }

  apiEndpoint(app, hub, {
    path: '/acs/credentials/get',
    methods: READ,
    input: z.object(which),
    run: ({ acs_credential_id }, { workspaceId }) => ({
      acs_credential: presentCredential(hub, find(workspaceId, acs_credential_id)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/acs/credentials/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      const { acs_system_id: system, user_identity_id: user, created_before: before, search } = input
      const isForPhones = String(input.is_multi_phone_sync_credential) === 'true'
      const found = credentials
        .all({ workspace_id: workspaceId, deleted_at: null })
        .filter(() => !asksForUnheld(input) && !isForPhones)
        .filter((one) => system === undefined || one.acs_system_id === system)
        .filter((one) => user === undefined || one.user_identity_id === user)
        .filter((one) => before === undefined || one.created_at < before)
        .filter((one) => search === undefined || one.card_number.includes(search))
      const { page, pagination } = pageOf(found, (one) => one.acs_credential_id, input)
      return { acs_credentials: page.map((one) => presentCredential(hub, one)), pagination }
    },
  })

  apiEndpoint(app, hub, {
    path: '/acs/credentials/list_accessible_entrances',
    methods: READ,
    input: z.object(which),
    run: ({ acs_credential_id }, { workspaceId }) => ({
      acs_entrances: doorsOf(find(workspaceId, acs_credential_id))
        .flatMap((id) => entrances.all({ workspace_id: workspaceId, acs_entrance_id: id }))
        .map((one) => presentEntrance(hub, one)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/acs/entrances/list_credentials_with_access',
    methods: READ,
    input: z.object({ acs_entrance_id: z.uuid() }),
    run: ({ acs_entrance_id }, { workspaceId }) => {
      if (entrances.find({ workspace_id: workspaceId, acs_entrance_id }) === null) {
        throw notFound('acs_entrance', acs_entrance_id)
      }
      const found = credentials
        .all({ workspace_id: workspaceId, deleted_at: null })
        .filter((one) => doorsOf(one).includes(acs_entrance_id))
      return { acs_credentials: found.map((one) => presentCredential(hub, one)) }
    },
  })
}
