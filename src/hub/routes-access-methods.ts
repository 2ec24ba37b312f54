import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { deleteMethod } from './grants.ts'
import { exactlyOne, idList, key } from './inputs.ts'
import { presentAccessGrant, presentAccessMethod, presentCredential } from './present-access.ts'
import { presentEntrance } from './present-acs.ts'
import { notFound } from './refusal.ts'
import type { AccessGrantRow, AccessMethodRow } from './store-access.ts'

const ListInput = z.object({
  access_grant_id: z.uuid().optional(),
  access_grant_key: key.optional(),
  acs_entrance_id: z.uuid().optional(),
  device_id: z.uuid().optional(),
  space_id: z.uuid().optional(),
  access_code_id: z.uuid().optional(),
})
type ListInput = z.output<typeof ListInput>

const DeleteInput = z
  .object({
    access_method_id: z.uuid().optional(),
    access_grant_id: z.uuid().optional(),
    reservation_key: key.optional(),
  })
  .refine(
    exactlyOne('access_method_id', 'access_grant_id', 'reservation_key'),
    'give one of access_method_id, access_grant_id and reservation_key',
  )

const related = ['access_grants', 'access_methods', 'acs_entrances', 'acs_credentials'] as const
const Kinds = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string()).max(20),
)
const RelatedInput = z.object({
  access_method_ids: idList,
  include: Kinds.optional(),
  exclude: Kinds.optional(),
})

export const findMethod = (
  hub: HubContext,
  workspaceId: string,
  access_method_id: string,
): AccessMethodRow => {
  const method = hub.store.methods.find({ workspace_id: workspaceId, access_method_id, deleted_at: null })
  if (method === null) throw notFound('access_method', access_method_id)
  return method
}

const grantsOf = (hub: HubContext, workspaceId: string, input: ListInput): AccessGrantRow[] =>
  hub.store.grants
    .all({ workspace_id: workspaceId, deleted_at: null })
    .filter((one) => input.access_grant_id === undefined || one.access_grant_id === input.access_grant_id)
    .filter((one) => input.access_grant_key === undefined || one.access_grant_key === input.access_grant_key)
    .filter(
      (one) => input.acs_entrance_id === undefined || one.acs_entrance_ids.includes(input.acs_entrance_id),
    )

/** The hub has no devices, spaces or access codes of Seam's: nothing belongs to one. */
const asksForMissing = (input: ListInput): boolean =>
  [input.device_id, input.space_id, input.access_code_id].some((id) => id !== undefined)

const registerReads = (app: FastifyInstance, hub: HubContext): void => {
  const { methods, grants, credentials, entrances } = hub.store

  apiEndpoint(app, hub, {
    path: '/access_methods/get',
    methods: READ,
    input: z.object({ access_method_id: z.uuid() }),
    run: ({ access_method_id }, { workspaceId }) => ({
      access_method: presentAccessMethod(hub, findMethod(hub, workspaceId, access_method_id)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/access_methods/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      const wanted = asksForMissing(input) ? [] : grantsOf(hub, workspaceId, input)
      const found = wanted.flatMap((grant) =>
        methods.all({ access_grant_id: grant.access_grant_id, deleted_at: null }),
      )
      return { access_methods: found.map((one) => presentAccessMethod(hub, one)) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/access_methods/get_related',
    methods: READ,
    input: RelatedInput,
    run: ({ access_method_ids, include, exclude }, { workspaceId }) => {
      const found = access_method_ids.map((id) => findMethod(hub, workspaceId, id))
      const owners = [...new Set(found.map((one) => one.access_grant_id))].flatMap((access_grant_id) =>
        grants.all({ access_grant_id, deleted_at: null }),
      )
      const doors = [...new Set(owners.flatMap((one) => one.acs_entrance_ids))]
      const everything = {
        access_methods: found.map((one) => presentAccessMethod(hub, one)),
        access_grants: owners.map((one) => presentAccessGrant(hub, one)),
        acs_credentials: found
          .flatMap((one) => credentials.all({ acs_credential_id: one.acs_credential_id ?? '' }))
          .map((one) => presentCredential(hub, one)),
        acs_entrances: doors
          .flatMap((acs_entrance_id) => entrances.all({ acs_entrance_id }))
          .map((one) => presentEntrance(hub, one)),
      }
      const kept = related.filter((kind) => (include?.includes(kind) ?? true) && !exclude?.includes(kind))
      return { batch: Object.fromEntries(kept.map((kind) => [kind, everything[kind]])) }
    },
  })
}

export const registerAccessMethodRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerReads(app, hub)

  apiEndpoint(app, hub, {
    path: '/access_methods/delete',
    methods: ['POST', 'DELETE'],
    input: DeleteInput,
    run: (input, { workspaceId }) => {
      if (input.access_method_id !== undefined) {
        deleteMethod(hub, findMethod(hub, workspaceId, input.access_method_id))
        return {}
      }
      const { access_grant_id, reservation_key } = input
      const owners = hub.store.grants
        .all({ workspace_id: workspaceId, deleted_at: null })
        .filter((one) =>
          access_grant_id === undefined
            ? one.reservation_key === reservation_key
            : one.access_grant_id === access_grant_id,
        )
      if (owners.length === 0) throw notFound('access_grant', access_grant_id ?? reservation_key ?? '')
      for (const grant of owners) {
        const live = hub.store.methods.all({ access_grant_id: grant.access_grant_id, deleted_at: null })
        for (const method of live) deleteMethod(hub, method)
      }
      return {}
    },
  })
}
