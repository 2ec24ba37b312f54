import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { deleteMethod } from './grants.ts'
import { asksForUnheld, exactlyOne, key, unheld } from './inputs.ts'
import { presentAccessMethod } from './present-access.ts'
import { notFound } from './refusal.ts'
import type { AccessGrantRow, AccessMethodRow } from './store-access.ts'

const ListInput = z.object({
  access_grant_id: z.uuid().optional(),
  access_grant_key: key.optional(),
  acs_entrance_id: z.uuid().optional(),
  ...unheld,
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

const registerReads = (app: FastifyInstance, hub: HubContext): void => {
  const { methods } = hub.store

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
      const wanted = asksForUnheld(input) ? [] : grantsOf(hub, workspaceId, input)
      const found = wanted.flatMap((grant) =>
        methods.all({ access_grant_id: grant.access_grant_id, deleted_at: null }),
      )
      return { access_methods: found.map((one) => presentAccessMethod(hub, one)) }
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
