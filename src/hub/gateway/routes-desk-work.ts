import type { FastifyInstance } from 'fastify'
import {
  AssignCardRequest,
  ExtendRequest,
  FindGrantsRequest,
  RevealRequest,
  WorkListRequest,
} from '../../contract/channel-work.ts'
import { pairedBridge } from '../bridge-access.ts'
import type { HubContext } from '../context.ts'
import { bridgeQuestion } from '../endpoint.ts'
import type { SessionCaller } from '../endpoint.ts'
import type { Gateway } from './gateway.ts'

/** What a desk has to do and to hand over, as the upstream has it. */
export const registerGatewayDeskWork = (app: FastifyInstance, hub: HubContext, gateway: Gateway): void => {
  const { deskWork, deskAssignments } = gateway
  const siteOf = ({ session }: SessionCaller): string => pairedBridge(hub, session).acs_system_id

  bridgeQuestion(app, hub, '/bridge/v1/work/list', WorkListRequest, async (_input, who) => ({
    work: await deskWork.list(siteOf(who)),
  }))
  bridgeQuestion(app, hub, '/bridge/v1/access_grants/find', FindGrantsRequest, async (input, who) => ({
    access_grants: await deskWork.find(siteOf(who), input),
  }))
  bridgeQuestion(app, hub, '/bridge/v1/access_methods/reveal', RevealRequest, (input, who) =>
    deskWork.reveal(siteOf(who), input.access_method_id, input.secret),
  )
  bridgeQuestion(app, hub, '/bridge/v1/access_grants/extend', ExtendRequest, async (input, who) => {
    await deskWork.extend(siteOf(who), input.access_grant_id, input.ends_at)
    return {}
  })
  bridgeQuestion(app, hub, '/bridge/v1/access_methods/assign_card', AssignCardRequest, async (input, who) => {
    const siteId = siteOf(who)
    const { workspace_id } = pairedBridge(hub, who.session)
    const { access_method_id, card_number } = input
    const told = await deskAssignments.assign({ workspace_id, siteId, access_method_id, card_number })
    deskWork.forget(siteId)
    return told
  })
}
