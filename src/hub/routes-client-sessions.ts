import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { notFound } from './refusal.ts'

/** The schema wants an expiry, and a grant may have none. */
const NEVER = '9999-12-31T23:59:59.000Z'

export const registerClientSessionRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const { grants, methods, mobileKeys } = hub.store

  apiEndpoint(app, hub, {
    path: '/client_sessions/get',
    methods: READ,
    input: z.object({ client_session_id: z.uuid() }),
    run: ({ client_session_id }, { workspaceId }) => {
      const key = mobileKeys.find({ workspace_id: workspaceId, client_session_id })
      const method = methods.find({ access_method_id: key?.access_method_id ?? '', deleted_at: null })
      const grant = grants.find({ access_grant_id: method?.access_grant_id ?? '' })
      if (key === null || method === null || grant === null) {
        throw notFound('client_session', client_session_id)
      }
      return {
        client_session: {
          client_session_id,
          workspace_id: workspaceId,
          token: key.client_session_token,
          user_identity_id: grant.user_identity_id,
          user_identity_ids: [grant.user_identity_id],
          user_identifier_key: null,
          device_count: 0,
          connected_account_ids: [],
          connect_webview_ids: [],
          created_at: key.created_at,
          expires_at: grant.ends_at ?? NEVER,
        },
      }
    },
  })
}
