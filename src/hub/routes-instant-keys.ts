import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { exactlyOne } from './inputs.ts'
import { mobileKeysOf, presentInstantKey, takeBackMobileKey } from './mobile-keys.ts'
import type { MobileKey } from './mobile-keys.ts'
import { refusal } from './refusal.ts'

const GetInput = z
  .object({ instant_key_id: z.uuid().optional(), instant_key_url: z.string().max(500).optional() })
  .refine(exactlyOne('instant_key_id', 'instant_key_url'), 'give instant_key_id or instant_key_url')

export const registerInstantKeyRoutes = (app: FastifyInstance, hub: HubContext): void => {
  /** The address is the key itself: the refusal doesn't repeat it. */
  const find = (workspaceId: string, isWanted: (key: MobileKey) => boolean): MobileKey => {
    const found = mobileKeysOf(hub, workspaceId, undefined).find(isWanted)
    if (found === undefined)
      throw refusal(404, 'instant_key_not_found', 'There is no such Instant Key in this workspace.')
    return found
  }

  apiEndpoint(app, hub, {
    path: '/instant_keys/get',
    methods: READ,
    input: GetInput,
    run: ({ instant_key_id: id, instant_key_url: url }, { workspaceId }) => {
      const found = find(workspaceId, (one) =>
        id === undefined
          ? presentInstantKey(hub, one).instant_key_url === url
          : one.row.access_method_id === id,
      )
      return { instant_key: presentInstantKey(hub, found) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/instant_keys/list',
    methods: READ,
    input: z.object({ user_identity_id: z.uuid().optional() }),
    run: ({ user_identity_id }, { workspaceId }) => ({
      instant_keys: mobileKeysOf(hub, workspaceId, user_identity_id).map((one) =>
        presentInstantKey(hub, one),
      ),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/instant_keys/delete',
    methods: ['POST', 'DELETE'],
    input: z.object({ instant_key_id: z.uuid() }),
    run: ({ instant_key_id }, { workspaceId }) => {
      takeBackMobileKey(
        hub,
        find(workspaceId, (one) => one.row.access_method_id === instant_key_id),
      )
      return {}
    },
  })
}
