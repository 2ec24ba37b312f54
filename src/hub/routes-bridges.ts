import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ClaimRequest } from '../contract/channel.ts'
import {
  BridgeOverviewRequest,
  BridgeRevokeRequest,
  BridgeRotateRequest,
} from '../contract/hub-operations.ts'
import { describeBridges, presentBridge } from './bridge-overview.ts'
import { findBridge, offerNewToken, revokeBridge } from './bridge-tokens.ts'
import type { HubContext } from './context.ts'
import {
  apiEndpoint,
  bridgeEndpoint,
  claimEndpoint,
  openEndpoint,
  operatorEndpoint,
  READ,
  WRITE,
} from './endpoint.ts'
import { enrolBridge } from './enrolment.ts'
import { Nothing } from './inputs.ts'
import { claimBridge, createSession, regenerateCode } from './pairing.ts'
import { createLimiter } from './limiter.ts'
import { refusal } from './refusal.ts'
import type { BridgeSessionRow } from './store-bridges.ts'

const label = z.string().min(1).max(200)
const timeZone = label.refine((name) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).format(0) !== ''
  } catch {
    return false
  }
}, 'not an IANA time zone')

const SessionInput = z.object({
  bridge_client_name: label,
  bridge_client_time_zone: timeZone,
  bridge_client_machine_identifier_key: label,
})

const StatusInput = z.object({
  is_tailscale_connected: z.boolean().nullable(),
  tailscale_ip_v4: z.string().max(64).nullable(),
})

/** Of the token only the caller has the text; tailscale and telemetry have no part in this channel. */
const presentSession = (session: BridgeSessionRow, token: string) => ({
  bridge_client_session: {
    bridge_client_session_id: session.bridge_client_session_id,
    bridge_client_session_token: token,
    bridge_client_name: session.name,
    bridge_client_time_zone: session.time_zone,
    bridge_client_machine_identifier_key: session.machine_key,
    pairing_code: session.pairing_code,
    pairing_code_expires_at: session.pairing_code_expires_at,
    tailscale_hostname: `bridge-${session.bridge_client_session_id}`,
    tailscale_auth_key: null,
    telemetry_token: null,
    telemetry_token_expires_at: null,
    telemetry_url: null,
    created_at: session.created_at,
    errors: [],
  },
})

const registerSessions = (app: FastifyInstance, hub: HubContext): void => {
  const base = '/seam/bridge/v1/bridge_client_sessions'
  const creations = createLimiter(hub.clock, { burst: 120, perSecond: 2 })
  /** So that no single address keeps all others from pairing. */
  const creationsEach = createLimiter(hub.clock, { burst: 60, perSecond: 1 })

  openEndpoint(app, hub, {
    path: `${base}/create`,
    methods: WRITE,
    input: SessionInput,
    run: (input, address) => {
      creationsEach.take(address)
      creations.take('everybody')
      const { session, token } = createSession(hub, {
        name: input.bridge_client_name,
        timeZone: input.bridge_client_time_zone,
        machineKey: input.bridge_client_machine_identifier_key,
      })
      return presentSession(session, token)
    },
  })

  bridgeEndpoint(app, hub, {
    path: `${base}/get`,
    methods: READ,
    input: Nothing,
    run: (_input, { session, token }) => presentSession(session, token),
  })

  bridgeEndpoint(app, hub, {
    path: `${base}/regenerate_pairing_code`,
    methods: WRITE,
    input: Nothing,
    run: (_input, { session, token }) => presentSession(regenerateCode(hub, session), token),
  })

  bridgeEndpoint(app, hub, {
    path: `${base}/report_status`,
    methods: WRITE,
    input: StatusInput,
    run: () => ({}),
  })

  bridgeEndpoint(app, hub, {
    path: '/seam/bridge/v1/bridge_connected_systems/list',
    methods: READ,
    input: Nothing,
    run: (_input, { session }) => {
      const bridge = hub.store.bridges.find({ bridge_id: session.bridge_id ?? '' })
      const system = hub.store.systems.find({ acs_system_id: bridge?.acs_system_id ?? '' })
      const workspace = hub.store.workspaces.find({ workspace_id: bridge?.workspace_id ?? '' })
      if (bridge === null || system === null || workspace === null) return { bridge_connected_systems: [] }
      const connected = {
        bridge_id: bridge.bridge_id,
        bridge_created_at: bridge.created_at,
        acs_system_id: system.acs_system_id,
        acs_system_display_name: system.name,
        connected_account_id: system.connected_account_id,
        connected_account_created_at: system.created_at,
        workspace_id: workspace.workspace_id,
        workspace_display_name: workspace.name,
      }
      return { bridge_connected_systems: [connected] }
    },
  })
}

/** What this hub does with its bridges: none of it is Seam's. */
export const registerOwnBridgeRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerSessions(app, hub)
  const wrongCodes = createLimiter(hub.clock, { burst: 10, perSecond: 10 / 60 })

  claimEndpoint(app, hub, {
    path: '/bridges/claim',
    methods: WRITE,
    input: ClaimRequest,
    prepare: async ({ pairing_code, acs_system_id }, { enrolment }) =>
      hub.gateway?.prepareClaim(pairing_code, acs_system_id ?? enrolment?.acs_system_id ?? null),
    run: ({ pairing_code, acs_system_id = null }, { workspaceId, enrolment }) => {
      const claimer = enrolment?.enrolment_token_id ?? workspaceId
      wrongCodes.check(claimer)
      const bridge =
        enrolment === null
          ? claimBridge(hub, workspaceId, pairing_code, acs_system_id)
          : enrolBridge(hub, enrolment, pairing_code, acs_system_id)
      if (bridge === null) {
        wrongCodes.take(claimer)
        throw refusal(404, 'pairing_code_not_found', 'The pairing code is wrong, used or expired.')
      }
      return { bridge: { ...presentBridge(bridge), acs_system_id: bridge.acs_system_id } }
    },
  })

  apiEndpoint(app, hub, {
    path: '/bridges/overview',
    methods: READ,
    input: BridgeOverviewRequest,
    run: (_input, { workspaceId }) => ({ bridges: describeBridges(hub, workspaceId) }),
  })

  operatorEndpoint(app, hub, {
    path: '/bridges/revoke',
    methods: WRITE,
    input: BridgeRevokeRequest,
    run: ({ bridge_id }, { workspaceId }) => {
      revokeBridge(hub, findBridge(hub, workspaceId, bridge_id))
      return {}
    },
  })

  operatorEndpoint(app, hub, {
    path: '/bridges/rotate_token',
    methods: WRITE,
    input: BridgeRotateRequest,
    run: ({ bridge_id }, { workspaceId }) => {
      offerNewToken(hub, findBridge(hub, workspaceId, bridge_id))
      return {}
    },
  })
}

export const registerBridgeRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerOwnBridgeRoutes(app, hub)
  const { bridges } = hub.store

  apiEndpoint(app, hub, {
    path: '/bridges/get',
    methods: READ,
    input: z.object({ bridge_id: z.uuid() }),
    run: ({ bridge_id }, { workspaceId }) => ({
      bridge: presentBridge(findBridge(hub, workspaceId, bridge_id)),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/bridges/list',
    methods: READ,
    input: Nothing,
    run: (_input, { workspaceId }) => ({
      bridges: bridges.all({ workspace_id: workspaceId, revoked_at: null }).map(presentBridge),
    }),
  })
}
