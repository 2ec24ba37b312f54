import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ, WRITE } from './endpoint.ts'
import { count, exactlyOne, idList, instant, key, Nothing, orNull } from './inputs.ts'
import { pageOf } from './pages.ts'
import { presentUserIdentity, presentWorkspace } from './present-acs.ts'
import { notFound, refusal } from './refusal.ts'
import type { UserIdentityRow } from './store-workspaces.ts'

export const UserIdentityInput = z.object({
  user_identity_key: orNull(key).optional(),
  full_name: orNull(key).optional(),
  email_address: orNull(z.email()).optional(),
  phone_number: orNull(z.string().min(1).max(40)).optional(),
})
export type UserIdentityInput = z.output<typeof UserIdentityInput>

const GetInput = z
  .object({ user_identity_id: z.uuid().optional(), user_identity_key: key.optional() })
  .refine(exactlyOne('user_identity_id', 'user_identity_key'), 'give user_identity_id or user_identity_key')

const ListInput = z.object({
  user_identity_ids: idList.optional(),
  created_before: instant.optional(),
  search: z.string().optional(),
  limit: count(500).optional(),
  page_cursor: orNull(z.string()).optional(),
})

export const createUserIdentity = (
  hub: HubContext,
  workspaceId: string,
  input: UserIdentityInput,
): UserIdentityRow => {
  const wanted = input.user_identity_key ?? null
  const known = { workspace_id: workspaceId, user_identity_key: wanted }
  if (wanted !== null && hub.store.userIdentities.find(known) !== null) {
    throw refusal(409, 'user_identity_key_in_use', `user_identity_key: ${wanted} is in use already.`)
  }
  const identity: UserIdentityRow = {
    user_identity_id: randomUUID(),
    workspace_id: workspaceId,
    user_identity_key: wanted,
    full_name: input.full_name ?? null,
    email_address: input.email_address ?? null,
    phone_number: input.phone_number ?? null,
    created_at: nowOf(hub),
  }
  hub.store.userIdentities.insert(identity)
  return identity
}

export const registerWorkspaceRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const { workspaces, userIdentities } = hub.store

  apiEndpoint(app, hub, {
    path: '/workspaces/get',
    methods: READ,
    input: Nothing,
    run: (_input, { workspaceId }) => {
      const workspace = workspaces.find({ workspace_id: workspaceId })
      if (workspace === null) throw notFound('workspace', workspaceId)
      return { workspace: presentWorkspace(workspace) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/workspaces/list',
    methods: READ,
    input: Nothing,
    run: (_input, { workspaceId }) => ({
      workspaces: workspaces.all({ workspace_id: workspaceId }).map(presentWorkspace),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/user_identities/create',
    methods: WRITE,
    input: UserIdentityInput,
    run: (input, { workspaceId }) => ({
      user_identity: presentUserIdentity(createUserIdentity(hub, workspaceId, input)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/user_identities/get',
    methods: READ,
    input: GetInput,
    run: (input, { workspaceId }) => {
      const { user_identity_id, user_identity_key = null } = input
      const identity = userIdentities.find({
        workspace_id: workspaceId,
        ...(user_identity_id === undefined ? { user_identity_key } : { user_identity_id }),
      })
      if (identity === null) throw notFound('user_identity', user_identity_id ?? user_identity_key ?? '')
      return { user_identity: presentUserIdentity(identity) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/user_identities/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      const { user_identity_ids: ids, created_before: before, search } = input
      const words = search?.toLowerCase()
      const found = userIdentities
        .all({ workspace_id: workspaceId })
        .filter((one) => ids === undefined || ids.includes(one.user_identity_id))
        .filter((one) => before === undefined || one.created_at < before)
        .filter(
          (one) =>
            words === undefined ||
            [one.full_name, one.email_address, one.phone_number, one.user_identity_key].some((text) =>
              text?.toLowerCase().includes(words),
            ),
        )
      const { page, pagination } = pageOf(found, (one) => one.user_identity_id, input)
      return { user_identities: page.map(presentUserIdentity), pagination }
    },
  })
}
