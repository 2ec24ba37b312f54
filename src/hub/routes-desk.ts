import type { FastifyInstance } from 'fastify'
import { DeskEncodeRequest, EntrancesRequest, LookupRequest, PollRequest } from '../contract/channel.ts'
import { pairedBridge } from './bridge-access.ts'
import { createPolling } from './channel-poll.ts'
import type { Channel } from './channel.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { methodAtSite } from './desk-work.ts'
import { orderEncode } from './encode-orders.ts'
import { bridgeEndpoint, parseInput, sessionOf, WRITE } from './endpoint.ts'
import { notFound, refusal } from './refusal.ts'
import type { AcsCredentialRow } from './store-access.ts'
import type { BridgeRow } from './store-bridges.ts'

const DESK_EXPIRY_SECONDS = 120

/** A stolen desk must tell nothing of other sites: what is not its own it knows only where it was ordered to write it. */
const mayKnow = (hub: HubContext, bridge: BridgeRow, credential: AcsCredentialRow): boolean =>
  credential.acs_system_id === bridge.acs_system_id ||
  hub.store.orders
    .all({ bridge_id: bridge.bridge_id, access_method_id: credential.access_method_id, kind: 'encode' })
    .some(
      ({ sent_at, body }) =>
        sent_at !== null && body.encode?.acs_credential_id === credential.acs_credential_id,
    )

/** What a paired bridge asks besides the channel: what a credential is worth, which doors there are, and an order for an encoder of its own. */
export const registerDeskRoutes = (app: FastifyInstance, hub: HubContext, channel: Channel): void => {
  const poll = createPolling(hub, channel)

  app.post('/bridge/v1/poll', async (request, reply) => {
    const bridge = pairedBridge(hub, sessionOf(hub, request).session)
    const input = parseInput(PollRequest, request.body)
    const gone = new AbortController()
    reply.raw.on('close', () => gone.abort())
    return { messages: await poll(bridge, input, gone.signal), ok: true }
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/credentials/lookup',
    methods: WRITE,
    input: LookupRequest,
    prepare: async ({ acs_credential_id }) => hub.gateway?.prepareLookup(acs_credential_id),
    run: ({ acs_credential_id }, { session }) => {
      const bridge = pairedBridge(hub, session)
      const { workspace_id } = bridge
      const credential = hub.store.credentials.find({ workspace_id, acs_credential_id })
      if (credential === null || !mayKnow(hub, bridge, credential)) return { acs_credential: null }
      const { card_number, starts_at, ends_at } = credential
      const is_valid =
        credential.deleted_at === null &&
        credential.invalidated_at === null &&
        (ends_at === null || ends_at > nowOf(hub))
      return { acs_credential: { acs_credential_id, card_number, starts_at, ends_at, is_valid } }
    },
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/entrances/list',
    methods: WRITE,
    input: EntrancesRequest,
    prepare: async (_input, { session }) =>
      hub.gateway?.prepareEntrances(pairedBridge(hub, session).acs_system_id),
    run: (_input, { session }) => {
      const { workspace_id, acs_system_id } = pairedBridge(hub, session)
      const entrances = hub.store.entrances.all({ workspace_id, acs_system_id })
      return {
        acs_entrances: entrances.map(({ acs_entrance_id, display_name }) => ({
          acs_entrance_id,
          display_name,
        })),
      }
    },
  })

  bridgeEndpoint(app, hub, {
    path: '/bridge/v1/access_methods/encode',
    methods: WRITE,
    input: DeskEncodeRequest,
    prepare: async ({ access_method_id, acs_encoder_id }) =>
      hub.gateway?.prepareEncode(access_method_id, [acs_encoder_id]),
    run: ({ access_method_id, acs_encoder_id, purpose, copies, is_confirmed, ordered_by }, { session }) => {
      const bridge = pairedBridge(hub, session)
      const { workspace_id, bridge_id } = bridge
      methodAtSite(hub, bridge, access_method_id)
      const encoder = hub.store.encoders.find({ workspace_id, acs_encoder_id })
      if (encoder?.bridge_id !== bridge_id) throw notFound('acs_encoder', acs_encoder_id)
      const request = {
        accessMethodId: access_method_id,
        acsEncoderIds: [acs_encoder_id],
        purpose: purpose ?? ('new' as const),
        copies: copies ?? 1,
        isConfirmed: is_confirmed ?? false,
      }
      const terms = {
        orderedBy: `desk ${session.name}${ordered_by === undefined ? '' : `: ${ordered_by}`}`.slice(0, 80),
        expiresInSeconds: DESK_EXPIRY_SECONDS,
        idempotencyKey: null,
      }
      const { action_attempt_id } = orderEncode(hub, workspace_id, request, terms)
      const attempt = hub.store.attempts.find({ action_attempt_id })
      if (attempt?.error != null) throw refusal(409, attempt.error.type, attempt.error.message)
      return { order_id: action_attempt_id, action_attempt_id }
    },
  })
}
