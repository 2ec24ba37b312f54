import type { FastifyInstance } from 'fastify'
import {
  AssignCardRequest,
  ExtendRequest,
  FindGrantsRequest,
  RevealRequest,
  WorkListRequest,
} from '../contract/channel-work.ts'
import { assignAtDesk } from './assign-at-desk.ts'
import { pairedBridge } from './bridge-access.ts'
import type { HubContext } from './context.ts'
import { findGrants, grantAtSite, listWork, newEnd, revealSecret } from './desk-work.ts'
import { bridgeEndpoint, WRITE } from './endpoint.ts'
import { changeTimes } from './grants.ts'
import { notFound } from './refusal.ts'

/** What a desk has to do and to hand over, told to a paired bridge of its own site alone. */
export const registerDeskWorkRoutes = (app: FastifyInstance, hub: HubContext): void => {
  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/work/list',
    methods: WRITE,
    input: WorkListRequest,
    run: (_input, { session }) => ({ work: listWork(hub, pairedBridge(hub, session)) }),
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/access_grants/find',
    methods: WRITE,
    input: FindGrantsRequest,
    run: (input, { session }) => ({ access_grants: findGrants(hub, pairedBridge(hub, session), input) }),
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/access_methods/reveal',
    methods: WRITE,
    input: RevealRequest,
    run: ({ access_method_id, secret }, { session }) =>
      revealSecret(hub, pairedBridge(hub, session), access_method_id, secret),
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/access_grants/extend',
    methods: WRITE,
    input: ExtendRequest,
    run: ({ access_grant_id, ends_at }, { session }) => {
      const grant = grantAtSite(hub, pairedBridge(hub, session), access_grant_id)
      if (grant === null) throw notFound('access_grant', access_grant_id)
      changeTimes(hub, grant, { starts_at: grant.starts_at, ends_at: newEnd(hub, grant, ends_at) })
      return {}
    },
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/access_methods/assign_card',
    methods: WRITE,
    input: AssignCardRequest,
    run: ({ access_method_id, card_number }, { session }) =>
      assignAtDesk(hub, pairedBridge(hub, session), access_method_id, card_number),
  })
}
