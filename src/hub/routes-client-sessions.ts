import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ, WRITE } from './endpoint.ts'
import { key, unheld } from './inputs.ts'
import { mobileKeysOf, presentClientSession, takeBackMobileKey } from './mobile-keys.ts'
import type { MobileKey } from './mobile-keys.ts'
import { notFound } from './refusal.ts'

const which = { client_session_id: z.uuid() }

const GetInput = z
  .object({ client_session_id: z.uuid().optional(), user_identifier_key: key.optional() })
  .refine(
    (input) => input.client_session_id !== undefined || input.user_identifier_key !== undefined,
    'give client_session_id or user_identifier_key',
  )

const ListInput = z.object({
  client_session_id: z.string().optional(),
  connect_webview_id: unheld.connect_webview_id,
  user_identifier_key: key.optional(),
  user_identity_id: z.uuid().optional(),
})

/** The client sessions of mobile keys. None is an integrator's own: no `user_identifier_key` has one. */
export const registerClientSessionRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const find = (workspaceId: string, id: string | undefined): MobileKey => {
    const found = mobileKeysOf(hub, workspaceId, undefined).find((one) => one.row.client_session_id === id)
    if (found === undefined) throw notFound('client_session', id ?? '')
    return found
  }

  apiEndpoint(app, hub, {
    path: '/client_sessions/get',
    methods: READ,
    input: GetInput,
    run: ({ client_session_id }, { workspaceId }) => ({
      client_session: presentClientSession(find(workspaceId, client_session_id)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/client_sessions/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      const asksForOthers = input.connect_webview_id !== undefined || input.user_identifier_key !== undefined
      const found = asksForOthers ? [] : mobileKeysOf(hub, workspaceId, input.user_identity_id)
      return {
        client_sessions: found
          .map(presentClientSession)
          .filter((one) => [undefined, one.client_session_id].includes(input.client_session_id)),
      }
    },
  })

  const endings = [
    ['/client_sessions/delete', ['POST', 'DELETE']],
    ['/client_sessions/revoke', WRITE],
  ] as const
  for (const [path, methods] of endings) {
    apiEndpoint(app, hub, {
      path,
      methods,
      input: z.object(which),
      run: ({ client_session_id }, { workspaceId }) => {
        takeBackMobileKey(hub, find(workspaceId, client_session_id))
        return {}
      },
    })
  }
}
