import type { FastifyInstance } from 'fastify'
import * as operations from '../contract/hub-operations.ts'
import { addApiKey, listApiKeys, revokeApiKey, rotateApiKey } from './api-keys.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { operatorEndpoint, READ, WRITE } from './endpoint.ts'
import { createEnrolmentTokens, revokeEnrolmentToken } from './enrolment.ts'
import type { EnrolmentTokenRow } from './store-bridges.ts'
import type { ApiKeyRow } from './store-workspaces.ts'

const presentKey = ({ api_key_id, label, is_operator, created_at, expires_at }: ApiKeyRow) => ({
  api_key_id,
  label,
  is_operator,
  created_at,
  expires_at,
})

const registerKeys = (app: FastifyInstance, hub: HubContext): void => {
  operatorEndpoint(app, hub, {
    path: '/api_keys/list',
    methods: READ,
    input: operations.ApiKeyListRequest,
    run: (_input, { workspaceId }) => ({ api_keys: listApiKeys(hub, workspaceId).map(presentKey) }),
  })

  operatorEndpoint(app, hub, {
    path: '/api_keys/create',
    methods: WRITE,
    input: operations.ApiKeyCreateRequest,
    run: ({ name, is_operator: isOperator }, { workspaceId }) => {
      const { row, apiKey } = addApiKey(hub, workspaceId, { name, isOperator })
      return { api_key: { ...presentKey(row), key: apiKey } }
    },
  })

  operatorEndpoint(app, hub, {
    path: '/api_keys/rotate',
    methods: WRITE,
    input: operations.ApiKeyRotateRequest,
    run: ({ api_key_id, overlap_hours }, { workspaceId }) => {
      const { row, apiKey } = rotateApiKey(hub, workspaceId, api_key_id, overlap_hours)
      return { api_key: { ...presentKey(row), key: apiKey } }
    },
  })

  operatorEndpoint(app, hub, {
    path: '/api_keys/revoke',
    methods: WRITE,
    input: operations.ApiKeyRevokeRequest,
    run: ({ api_key_id }, { workspaceId }) => {
      revokeApiKey(hub, workspaceId, api_key_id)
      return {}
    },
  })
}

const registerEnrolment = (app: FastifyInstance, hub: HubContext): void => {
  const stateOf = (row: EnrolmentTokenRow) => {
    if (row.revoked_at !== null) return 'revoked'
    if (row.used_at !== null) return 'used'
    return row.expires_at <= nowOf(hub) ? 'expired' : 'unused'
  }
  const present = (row: EnrolmentTokenRow) => ({
    enrolment_token_id: row.enrolment_token_id,
    acs_system_id: row.acs_system_id,
    state: stateOf(row),
    created_at: row.created_at,
    expires_at: row.expires_at,
    used_at: row.used_at,
    bridge_id: row.bridge_id,
  })

  operatorEndpoint(app, hub, {
    path: '/enrolment_tokens/create',
    methods: WRITE,
    input: operations.EnrolmentTokenCreateRequest,
    prepare: async ({ acs_system_id }) => hub.gateway?.prepareSystem(acs_system_id),
    run: ({ acs_system_id: acsSystemId, count, expires_in_hours: expiresInHours }, { workspaceId }) => ({
      enrolment_tokens: createEnrolmentTokens(hub, workspaceId, { acsSystemId, count, expiresInHours }).map(
        ({ row, token }) => ({ ...present(row), token }),
      ),
    }),
  })

  operatorEndpoint(app, hub, {
    path: '/enrolment_tokens/list',
    methods: READ,
    input: operations.EnrolmentTokenListRequest,
    run: (_input, { workspaceId }) => ({
      enrolment_tokens: hub.store.enrolmentTokens.all({ workspace_id: workspaceId }).map(present),
    }),
  })

  operatorEndpoint(app, hub, {
    path: '/enrolment_tokens/revoke',
    methods: WRITE,
    input: operations.EnrolmentTokenRevokeRequest,
    run: ({ enrolment_token_id }, { workspaceId }) => {
      revokeEnrolmentToken(hub, workspaceId, enrolment_token_id)
      return {}
    },
  })
}

/** What an operator does; none of it is Seam's. */
export const registerOperatorRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerKeys(app, hub)
  registerEnrolment(app, hub)
}
