import type { HubDatabase } from './database.ts'
import {
  AccessGrantRow,
  AccessMethodRow,
  AcsCredentialRow,
  IssueSimulationRow,
  MobileKeyRow,
} from './store-access.ts'
import { AcsEncoderRow, AcsEntranceRow, AcsSystemRow, SimulationRow, SiteKeyRow } from './store-acs.ts'
import { BridgeRow, BridgeSessionRow, EnrolmentTokenRow } from './store-bridges.ts'
import { AssignmentRow, GatewayRow, RegistrationRow, UpstreamCardRow } from './gateway/store-gateway.ts'
import { EventRow } from './store-events.ts'
import { ActionAttemptRow, OrderRow } from './store-orders.ts'
import { WebhookDeliveryRow, WebhookRow } from './store-webhooks.ts'
import { ApiKeyRow, UserIdentityRow, WorkspaceRow } from './store-workspaces.ts'
import { createTable } from './table.ts'

/** The hub's tables. Every query of a request names its workspace. */
export const createStore = (database: HubDatabase) => {
  const { sql } = database
  return {
    transaction: database.transaction,
    workspaces: createTable(sql, 'workspaces', 'seq', WorkspaceRow),
    apiKeys: createTable(sql, 'api_keys', 'seq', ApiKeyRow),
    userIdentities: createTable(sql, 'user_identities', 'seq', UserIdentityRow),
    systems: createTable(sql, 'acs_systems', 'seq', AcsSystemRow),
    siteKeys: createTable(sql, 'site_keys', 'seq', SiteKeyRow),
    entrances: createTable(sql, 'acs_entrances', 'seq', AcsEntranceRow),
    encoders: createTable(sql, 'acs_encoders', 'seq', AcsEncoderRow),
    simulations: createTable(sql, 'simulations', 'seq', SimulationRow),
    grants: createTable(sql, 'access_grants', 'seq', AccessGrantRow),
    methods: createTable(sql, 'access_methods', 'seq', AccessMethodRow),
    mobileKeys: createTable(sql, 'mobile_keys', 'seq', MobileKeyRow),
    issueSimulations: createTable(sql, 'issue_simulations', 'seq', IssueSimulationRow),
    credentials: createTable(sql, 'acs_credentials', 'seq', AcsCredentialRow),
    attempts: createTable(sql, 'action_attempts', 'seq', ActionAttemptRow),
    orders: createTable(sql, 'orders', 'fence', OrderRow),
    events: createTable(sql, 'events', 'seq', EventRow),
    webhooks: createTable(sql, 'webhooks', 'seq', WebhookRow),
    deliveries: createTable(sql, 'webhook_deliveries', 'seq', WebhookDeliveryRow),
    sessions: createTable(sql, 'bridge_client_sessions', 'seq', BridgeSessionRow),
    bridges: createTable(sql, 'bridges', 'seq', BridgeRow),
    gateways: createTable(sql, 'gateways', 'seq', GatewayRow),
    upstreamCards: createTable(sql, 'upstream_cards', 'seq', UpstreamCardRow),
    registrations: createTable(sql, 'registrations', 'seq', RegistrationRow),
    assignments: createTable(sql, 'assignments', 'seq', AssignmentRow),
    enrolmentTokens: createTable(sql, 'enrolment_tokens', 'seq', EnrolmentTokenRow),
  }
}
export type Store = ReturnType<typeof createStore>
