import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { ChannelPurpose } from '../contract/channel.ts'
import { OrderId } from '../contract/ids.ts'
import { assignCard } from './assign-card.ts'
import { readAgain } from './attempts.ts'
import type { HubContext } from './context.ts'
import { orderEncode } from './encode-orders.ts'
import { apiEndpoint, WRITE } from './endpoint.ts'
import type { Caller } from './endpoint.ts'
import { exactlyOne, idList } from './inputs.ts'
import type { OrderTerms } from './orders.ts'
import { presentAttempt } from './present-acs.ts'
import { invalidInput, notFound } from './refusal.ts'
import { orderScan } from './scan-orders.ts'
import type { ActionAttemptRow } from './store-orders.ts'

const DEFAULT_EXPIRY_SECONDS = 120

/**
 * Additions of this hub to Seam's body: what the card is meant to be, how many copies, whether the end of live keys is
 * confirmed, the idempotency key, the order's life, and several encoders instead of one.
 */
const orderFields = {
  acs_encoder_id: z.uuid().optional(),
  acs_encoder_ids: idList.optional(),
  purpose: ChannelPurpose.optional(),
  copies: z.number().int().min(1).max(20).optional(),
  is_confirmed: z.boolean().optional(),
  order_id: OrderId.optional(),
  expires_in_seconds: z.number().int().min(1).max(3600).optional(),
}
const oneEncoder = exactlyOne('acs_encoder_id', 'acs_encoder_ids')
const ENCODER = 'give acs_encoder_id or acs_encoder_ids'

const EncodeInput = z.object({ access_method_id: z.uuid(), ...orderFields }).refine(oneEncoder, ENCODER)
type EncodeInput = z.output<typeof EncodeInput>

const EncodeCredentialInput = z
  .object({ access_method_id: z.uuid().optional(), acs_credential_id: z.uuid().optional(), ...orderFields })
  .refine(oneEncoder, ENCODER)
  .refine(exactlyOne('access_method_id', 'acs_credential_id'), 'give access_method_id or acs_credential_id')

const ScanInput = z.object({
  acs_encoder_id: z.uuid(),
  expires_in_seconds: orderFields.expires_in_seconds,
})

const ScanToAssignInput = ScanInput.extend({
  user_identity_id: z.uuid().optional(),
  acs_user_id: z.uuid().optional(),
}).refine(exactlyOne('user_identity_id', 'acs_user_id'), 'give user_identity_id or acs_user_id')

const encodersOf = (input: Omit<EncodeInput, 'access_method_id'>): readonly string[] =>
  input.acs_encoder_id === undefined ? (input.acs_encoder_ids ?? []) : [input.acs_encoder_id]

const methodOf = (hub: HubContext, acs_credential_id: string): string | null =>
  hub.store.credentials.find({ acs_credential_id })?.access_method_id ?? null

const termsOf = (
  caller: Caller,
  input: { order_id?: string | undefined; expires_in_seconds?: number | undefined },
): OrderTerms => ({
  orderedBy: caller.label,
  expiresInSeconds: input.expires_in_seconds ?? DEFAULT_EXPIRY_SECONDS,
  idempotencyKey: input.order_id ?? null,
})

export const registerEncodingRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const answer = (attempt: ActionAttemptRow) => ({ action_attempt: presentAttempt(readAgain(hub, attempt)) })

  const encode = (input: Omit<EncodeInput, 'access_method_id'>, access_method_id: string, caller: Caller) => {
    const request = {
      accessMethodId: access_method_id,
      acsEncoderIds: encodersOf(input),
      purpose: input.purpose ?? 'new',
      copies: input.copies ?? 1,
      isConfirmed: input.is_confirmed ?? false,
    }
    return answer(orderEncode(hub, caller.workspaceId, request, termsOf(caller, input)))
  }

  apiEndpoint(app, hub, {
    path: '/access_methods/encode',
    methods: WRITE,
    input: EncodeInput,
    prepare: async (input) => hub.gateway?.prepareEncode(input.access_method_id, encodersOf(input)),
    run: (input, caller) => encode(input, input.access_method_id, caller),
  })

  apiEndpoint(app, hub, {
    path: '/acs/encoders/encode_credential',
    methods: WRITE,
    input: EncodeCredentialInput,
    prepare: async (input) => {
      const id = input.access_method_id ?? methodOf(hub, input.acs_credential_id ?? '')
      if (id !== null) await hub.gateway?.prepareEncode(id, encodersOf(input))
    },
    run: (input, caller) => {
      if (input.access_method_id !== undefined) return encode(input, input.access_method_id, caller)
      const id = input.acs_credential_id ?? ''
      const credential = hub.store.credentials.find({
        workspace_id: caller.workspaceId,
        acs_credential_id: id,
        deleted_at: null,
      })
      if (credential === null) throw notFound('acs_credential', id)
      if (credential.access_method_id === null) {
        throw invalidInput('acs_credential_id: this credential is known by its card and is not encoded')
      }
      return encode(input, credential.access_method_id, caller)
    },
  })

  apiEndpoint(app, hub, {
    path: '/access_methods/assign_card',
    methods: WRITE,
    input: z.object({ access_method_id: z.uuid(), card_number: z.string().min(1).max(64) }),
    run: (input, { workspaceId }) =>
      answer(assignCard(hub, workspaceId, input.access_method_id, input.card_number)),
  })

  apiEndpoint(app, hub, {
    path: '/acs/encoders/scan_credential',
    methods: WRITE,
    input: ScanInput,
    run: (input, caller) => {
      const request = { acsEncoderId: input.acs_encoder_id, assignTo: null }
      return answer(orderScan(hub, caller.workspaceId, request, termsOf(caller, input)))
    },
  })

  apiEndpoint(app, hub, {
    path: '/acs/encoders/scan_to_assign_credential',
    methods: WRITE,
    input: ScanToAssignInput,
    run: (input, caller) => {
      const { user_identity_id = null, acs_user_id = null } = input
      const request = { acsEncoderId: input.acs_encoder_id, assignTo: { user_identity_id, acs_user_id } }
      return answer(orderScan(hub, caller.workspaceId, request, termsOf(caller, input)))
    },
  })
}
