import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { wholeSecond, presentAccessGrant } from './present-access.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ, WRITE } from './endpoint.ts'
import { changeTimes, createGrant, deleteGrant, requestMethods } from './grants.ts'
import { asksForUnheld, exactlyOne, idList, instant, key, orNull, paging, unheld } from './inputs.ts'
import { pageOf } from './pages.ts'
import { invalidInput, notFound, refusal } from './refusal.ts'
import { createUserIdentity, UserIdentityInput } from './routes-workspaces.ts'
import { AccessMethodMode } from './store-access.ts'
import type { AccessGrantRow } from './store-access.ts'

const Requested = z
  .array(
    z.object({
      mode: AccessMethodMode,
      code: z
        .string()
        .regex(/^\d{4,9}$/, 'a code has 4 to 9 digits')
        .optional(),
      instant_key_max_use_count: z.number().int().min(1).max(1000).optional(),
    }),
  )
  .min(1)
  .max(20)

const CreateInput = z
  .object({
    user_identity_id: z.uuid().optional(),
    user_identity: UserIdentityInput.optional(),
    acs_entrance_ids: idList.optional(),
    location: z.object({ acs_entrance_ids: idList.optional(), device_ids: idList.optional() }).optional(),
    device_ids: idList.optional(),
    space_ids: idList.optional(),
    access_grant_key: key.optional(),
    reservation_key: key.optional(),
    name: orNull(z.string().max(200)).optional(),
    starts_at: instant.optional(),
    ends_at: orNull(instant).optional(),
    requested_access_methods: Requested,
  })
  .refine(exactlyOne('user_identity_id', 'user_identity'), 'give user_identity_id or user_identity')
type CreateInput = z.output<typeof CreateInput>

const whichGrant = { access_grant_id: z.uuid().optional(), access_grant_key: key.optional() }
const WHICH = 'give access_grant_id or access_grant_key'
const GetInput = z.object(whichGrant).refine(exactlyOne('access_grant_id', 'access_grant_key'), WHICH)

const UpdateInput = z
  .object({
    ...whichGrant,
    name: orNull(z.string().max(200)).optional(),
    starts_at: instant.optional(),
    ends_at: orNull(instant).optional(),
  })
  .refine(exactlyOne('access_grant_id', 'access_grant_key'), WHICH)

const ListInput = z.object({
  access_grant_ids: idList.optional(),
  access_grant_key: orNull(z.string()).optional(),
  acs_entrance_id: z.uuid().optional(),
  acs_system_id: z.uuid().optional(),
  reservation_key: z.string().optional(),
  user_identity_id: z.uuid().optional(),
  ...unheld,
  ...paging,
})

/** The system of the doors: a grant's credential lives in one access system. */
const systemOf = (hub: HubContext, workspaceId: string, entranceIds: readonly string[]): string => {
  const systems = entranceIds.map((id) => {
    const entrance = hub.store.entrances.find({ workspace_id: workspaceId, acs_entrance_id: id })
    if (entrance === null) throw notFound('acs_entrance', id)
    return entrance.acs_system_id
  })
  const [first] = systems
  if (first === undefined)
    throw invalidInput('acs_entrance_ids: name at least one entrance; this hub has no devices or spaces')
  if (systems.some((one) => one !== first)) {
    throw invalidInput('acs_entrance_ids: the entrances of one grant must belong to one access system')
  }
  return first
}

const checkTimes = (startsAt: string, endsAt: string | null): void => {
  if (endsAt !== null && endsAt <= startsAt) throw invalidInput('ends_at: must be after starts_at')
}

const create = (hub: HubContext, workspaceId: string, input: CreateInput): AccessGrantRow => {
  const { store } = hub
  if ([input.device_ids, input.space_ids, input.location?.device_ids].some((ids) => (ids?.length ?? 0) > 0)) {
    throw invalidInput('device_ids, space_ids: this hub has no devices or spaces')
  }
  const entranceIds = [
    ...new Set([...(input.acs_entrance_ids ?? []), ...(input.location?.acs_entrance_ids ?? [])]),
  ]
  const systemId = systemOf(hub, workspaceId, entranceIds)
  const startsAt = input.starts_at ?? wholeSecond(nowOf(hub)) ?? nowOf(hub)
  checkTimes(startsAt, input.ends_at ?? null)
  const grantKey = input.access_grant_key ?? null
  const inUse = { workspace_id: workspaceId, access_grant_key: grantKey, deleted_at: null }
  if (grantKey !== null && store.grants.find(inUse) !== null) {
    throw refusal(409, 'access_grant_key_in_use', `access_grant_key: ${grantKey} is in use already.`)
  }
  const identity =
    input.user_identity === undefined
      ? store.userIdentities.find({
          workspace_id: workspaceId,
          user_identity_id: input.user_identity_id ?? '',
        })
      : createUserIdentity(hub, workspaceId, input.user_identity)
  if (identity === null) throw notFound('user_identity', input.user_identity_id ?? '')
  return createGrant(
    hub,
    {
      workspace_id: workspaceId,
      access_grant_key: grantKey,
      reservation_key: input.reservation_key ?? null,
      user_identity_id: identity.user_identity_id,
      name: input.name ?? null,
      acs_system_id: systemId,
      acs_entrance_ids: entranceIds,
      starts_at: startsAt,
      ends_at: input.ends_at ?? null,
    },
    input.requested_access_methods,
  )
}

export const findGrant = (
  hub: HubContext,
  workspaceId: string,
  {
    access_grant_id,
    access_grant_key,
  }: { access_grant_id?: string | undefined; access_grant_key?: string | undefined },
): AccessGrantRow => {
  const grant = hub.store.grants.find({
    workspace_id: workspaceId,
    deleted_at: null,
    ...(access_grant_id === undefined ? {} : { access_grant_id }),
    ...(access_grant_key === undefined ? {} : { access_grant_key }),
  })
  if (grant === null) throw notFound('access_grant', access_grant_id ?? access_grant_key ?? '')
  return grant
}

export const registerAccessGrantRoutes = (app: FastifyInstance, hub: HubContext): void => {
  apiEndpoint(app, hub, {
    path: '/access_grants/create',
    methods: WRITE,
    input: CreateInput,
    run: (input, { workspaceId }) => ({
      access_grant: presentAccessGrant(hub, create(hub, workspaceId, input)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/access_grants/get',
    methods: READ,
    input: GetInput,
    run: (input, { workspaceId }) => ({
      access_grant: presentAccessGrant(hub, findGrant(hub, workspaceId, input)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/access_grants/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      const { access_grant_ids: ids, acs_entrance_id: door } = input
      const exact = (
        ['access_grant_key', 'reservation_key', 'user_identity_id', 'acs_system_id'] as const
      ).filter((name) => input[name] != null)
      const found = hub.store.grants
        .all({ workspace_id: workspaceId, deleted_at: null })
        .filter(() => !asksForUnheld(input))
        .filter((one) => ids === undefined || ids.includes(one.access_grant_id))
        .filter((one) => door === undefined || one.acs_entrance_ids.includes(door))
        .filter((one) => exact.every((name) => one[name] === input[name]))
      const { page, pagination } = pageOf(found, (one) => one.access_grant_id, input)
      return { access_grants: page.map((one) => presentAccessGrant(hub, one)), pagination }
    },
  })

  apiEndpoint(app, hub, {
    path: '/access_grants/request_access_methods',
    methods: WRITE,
    input: z.object({ access_grant_id: z.uuid(), requested_access_methods: Requested }),
    run: (input, { workspaceId }) => {
      const grant = findGrant(hub, workspaceId, input)
      requestMethods(hub, grant, input.requested_access_methods)
      return { access_grant: presentAccessGrant(hub, grant) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/access_grants/update',
    methods: ['POST', 'PATCH'],
    input: UpdateInput,
    run: (input, { workspaceId }) => {
      const grant = findGrant(hub, workspaceId, input)
      const starts_at = input.starts_at ?? grant.starts_at
      const ends_at = input.ends_at === undefined ? grant.ends_at : input.ends_at
      checkTimes(starts_at, ends_at)
      if (input.name !== undefined) {
        hub.store.grants.update({ access_grant_id: grant.access_grant_id }, { name: input.name })
      }
      changeTimes(hub, grant, { starts_at, ends_at })
      return {}
    },
  })

  apiEndpoint(app, hub, {
    path: '/access_grants/delete',
    methods: ['POST', 'DELETE'],
    input: z.object({ access_grant_id: z.uuid() }),
    run: (input, { workspaceId }) => {
      deleteGrant(hub, findGrant(hub, workspaceId, input))
      return {}
    },
  })
}
