import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { idList } from './inputs.ts'
import { mobileKeyOfMethod, presentClientSession, presentInstantKey } from './mobile-keys.ts'
import { presentAccessGrant, presentAccessMethod, presentCredential } from './present-access.ts'
import { presentEntrance, presentSystem, presentUserIdentity } from './present-acs.ts'
import { invalidInput } from './refusal.ts'
import { findGrant } from './routes-access-grants.ts'
import { findMethod } from './routes-access-methods.ts'

const names = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().min(1).max(200)).max(200),
)
const kinds = { include: names.optional(), exclude: names.optional() }
const GrantsInput = z.object({
  access_grant_ids: idList.optional(),
  access_grant_keys: names.optional(),
  ...kinds,
})
const MethodsInput = z.object({ access_method_ids: idList, ...kinds })

/** What the caller wants of it; kinds that the hub has none of are left out. */
const batchOf = (
  everything: Readonly<Record<string, readonly object[]>>,
  { include, exclude }: { include?: readonly string[] | undefined; exclude?: readonly string[] | undefined },
) => ({
  batch: Object.fromEntries(
    Object.entries(everything).filter(
      ([kind]) => (include?.includes(kind) ?? true) && !exclude?.includes(kind),
    ),
  ),
})

/** Grants and access methods together with what belongs to them. */
export const registerRelatedRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const { credentials, entrances, grants, methods, systems, userIdentities } = hub.store
  const doorsOf = (owners: readonly { readonly acs_entrance_ids: readonly string[] }[]) =>
    [...new Set(owners.flatMap((one) => one.acs_entrance_ids))]
      .flatMap((acs_entrance_id) => entrances.all({ acs_entrance_id }))
      .map((one) => presentEntrance(hub, one))

  apiEndpoint(app, hub, {
    path: '/access_grants/get_related',
    methods: READ,
    input: GrantsInput,
    run: ({ access_grant_ids: ids, access_grant_keys: keys, ...wanted }, { workspaceId }) => {
      if (ids === undefined && keys === undefined) {
        throw invalidInput('access_grant_ids: give access_grant_ids or access_grant_keys')
      }
      const found = [
        ...(ids ?? []).map((access_grant_id) => findGrant(hub, workspaceId, { access_grant_id })),
        ...(keys ?? []).map((access_grant_key) => findGrant(hub, workspaceId, { access_grant_key })),
      ]
      const live = found.flatMap(({ access_grant_id }) => methods.all({ access_grant_id, deleted_at: null }))
      const systemIds = new Set(found.map((one) => one.acs_system_id))
      const userIds = new Set(found.map((one) => one.user_identity_id))
      return batchOf(
        {
          access_methods: live.map((one) => presentAccessMethod(hub, one)),
          acs_entrances: doorsOf(found),
          acs_systems: [...systemIds]
            .flatMap((acs_system_id) => systems.all({ acs_system_id }))
            .map((one) => presentSystem(hub, one)),
          user_identities: [...userIds]
            .flatMap((user_identity_id) => userIdentities.all({ user_identity_id }))
            .map(presentUserIdentity),
        },
        wanted,
      )
    },
  })

  apiEndpoint(app, hub, {
    path: '/access_methods/get_related',
    methods: READ,
    input: MethodsInput,
    run: ({ access_method_ids, ...wanted }, { workspaceId }) => {
      const found = access_method_ids.map((id) => findMethod(hub, workspaceId, id))
      const owners = [...new Set(found.map((one) => one.access_grant_id))].flatMap((access_grant_id) =>
        grants.all({ access_grant_id, deleted_at: null }),
      )
      const keys = found.flatMap((one) => mobileKeyOfMethod(hub, one) ?? [])
      return batchOf(
        {
          access_methods: found.map((one) => presentAccessMethod(hub, one)),
          access_grants: owners.map((one) => presentAccessGrant(hub, one)),
          acs_credentials: found
            .flatMap((one) => credentials.all({ acs_credential_id: one.acs_credential_id ?? '' }))
            .map((one) => presentCredential(hub, one)),
          acs_entrances: doorsOf(owners),
          client_sessions: keys.map(presentClientSession),
          instant_keys: keys.map((one) => presentInstantKey(hub, one)),
        },
        wanted,
      )
    },
  })
}
