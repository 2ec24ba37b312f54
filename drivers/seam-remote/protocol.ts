import { z } from 'zod'
import {
  type AssignTo,
  BridgeError,
  type ErrorCode,
  type HttpRequest,
  type KeyOrder,
  type KeyReading,
} from 'encoder-bridge/driver'
import { toldText } from '../../src/wire/told-text.ts'

// Seam API, the OpenAPI document of @seamapi/types 1.977.0: each path has a POST with JSON, and answers `{ ..., ok: true }`.

const post = (path: string, body?: Readonly<Record<string, string>>): HttpRequest => ({
  method: 'POST',
  path,
  ...(body !== undefined && { body }),
})

export const getWorkspace: HttpRequest = post('/workspaces/get')

export const encode = (accessMethodId: string, encoderId: string): HttpRequest =>
  post('/access_methods/encode', { access_method_id: accessMethodId, acs_encoder_id: encoderId })

export const scan = (encoderId: string): HttpRequest =>
  post('/acs/encoders/scan_credential', { acs_encoder_id: encoderId })

/** Throws `order_invalid` for a card that is for nobody, or for two: Seam takes either the user or the identity. */
export const scanToAssign = (encoderId: string, { acsUserId, userIdentityId }: AssignTo): HttpRequest => {
  if ((acsUserId === null) === (userIdentityId === null)) {
    throw new BridgeError('order_invalid', 'The card is for an access system user or for a user identity.')
  }
  const to = acsUserId === null ? { user_identity_id: userIdentityId ?? '' } : { acs_user_id: acsUserId }
  return post('/acs/encoders/scan_to_assign_credential', { acs_encoder_id: encoderId, ...to })
}

export const getAttempt = (attemptId: string): HttpRequest =>
  post('/action_attempts/get', { action_attempt_id: attemptId })

/** Throws what Seam can't be asked for: the access method alone says which doors, when, and for whom. */
export const checkOrder = ({ purpose, copies, rooms, authorisations }: KeyOrder): void => {
  if (purpose !== 'new') {
    throw new BridgeError(
      'not_supported',
      `Seam encodes an access method; it knows no key that is ${purpose}.`,
    )
  }
  if (copies !== 1) throw new BridgeError('not_supported', 'An access method of Seam belongs to one card.')
  if (rooms.length > 0 || authorisations.length > 0) {
    throw new BridgeError('not_supported', 'The doors are those of the access method in Seam.')
  }
}

/** Throws `key_encoder_unknown` for what can't be an acs_encoder_id. */
export const checkEncoder = (encoder: string): void => {
  if (!z.uuid().safeParse(encoder).success) {
    throw new BridgeError('key_encoder_unknown', 'The address of an encoder of Seam is its acs_encoder_id.')
  }
}

const Workspace = z.object({ workspace: z.object({ workspace_id: z.string(), is_sandbox: z.boolean() }) })

/** Whether the workspace is a sandbox; undefined for an answer that is not Seam's. */
export const readWorkspace = (body: unknown): { readonly isSandbox: boolean } | undefined => {
  const parsed = Workspace.safeParse(body)
  return parsed.success ? { isSandbox: parsed.data.workspace.is_sandbox } : undefined
}

const Attempt = z.object({
  action_attempt: z.discriminatedUnion('status', [
    z.object({ status: z.literal('pending'), action_attempt_id: z.uuid() }),
    z.object({ status: z.literal('success'), action_attempt_id: z.uuid(), result: z.unknown() }),
    z.object({
      status: z.literal('error'),
      action_attempt_id: z.uuid(),
      error: z.object({ type: z.string(), message: z.string().default('') }),
    }),
  ]),
})
/** What has become of an action attempt. Its type is not looked at: Seam's guides name another one than its document. */
export type Attempt = z.infer<typeof Attempt>['action_attempt']

/** The action attempt of an answer; undefined where there is none that can be understood. */
export const readAttempt = (body: unknown): Attempt | undefined => {
  const parsed = Attempt.safeParse(body)
  return parsed.success ? parsed.data.action_attempt : undefined
}

const Refusal = z.object({ error: z.object({ type: z.string(), message: z.string().default('') }) })

/** What the answer says for people, kept short. */
const said = (type: string, message: string): string =>
  toldText(message === '' ? `Seam says ${type}.` : `Seam says ${type}: ${message}`, 200)

/**
 * Why a request was refused with a status from 400 to 499: Seam has done nothing. The document names no types for these; by
 * Seam's convention a 404 names the resource (`acs_encoder_not_found`), *unverified*.
 */
export const refusalOf = (status: number, body: unknown): BridgeError => {
  const { type, message } = Refusal.safeParse(body).data?.error ?? { type: `status ${status}`, message: '' }
  const detail = said(type, message)
  if (status === 401 || status === 403) return new BridgeError('seam_unauthorized', detail)
  if (status !== 404) return new BridgeError('key_order_refused', detail)
  if (type.includes('encoder')) return new BridgeError('key_encoder_unknown', detail)
  const isGone = type.includes('access_method') || type.includes('credential')
  return new BridgeError(isGone ? 'credential_deleted' : 'key_order_refused', detail)
}

/** By which Seam says that it has made no credential, or that the card was spoiled (`encoding_interrupted`). */
const refusals: Readonly<Record<string, ErrorCode>> = {
  no_credential_on_encoder: 'card_misplaced',
  // The spelling of Seam's guides, and of older documents.
  no_card_on_encoder: 'card_misplaced',
  incompatible_card_format: 'card_incompatible',
  credential_cannot_be_reissued: 'credential_cannot_be_reissued',
  credential_deleted: 'credential_deleted',
  encoding_interrupted: 'write_interrupted',
  encoder_not_online: 'key_encoder_offline',
  bridge_disconnected: 'seam_bridge_offline',
}

/** They leave open whether the card was written before somebody stopped waiting: a scan, which writes nothing, just failed. */
const failedScans: Readonly<Record<string, ErrorCode>> = {
  action_attempt_expired: 'order_expired',
  encoder_communication_timeout: 'device_fault',
}

/** The error of an attempt that has ended in one. `isActing` is false for a scan. */
export const attemptError = (type: string, message: string, isActing: boolean): BridgeError => {
  const code = refusals[type] ?? (isActing ? 'outcome_unknown' : (failedScans[type] ?? 'lock_system_fault'))
  return new BridgeError(code, said(type, message))
}

const CardNumber = z.object({ card_number: z.string().nullish() })

/** The number of the card that a credential is on; null where Seam tells none. */
export const cardNumberOf = (credential: unknown): string | null =>
  CardNumber.safeParse(credential).data?.card_number ?? null

const instant = z.string().nullish()
const Compared = z.object({ card_number: z.string().nullish(), starts_at: instant, ends_at: instant })
type Compared = z.infer<typeof Compared>

const Scan = z.object({
  acs_credential_on_encoder: Compared.nullable(),
  acs_credential_on_seam: Compared.nullable(),
  warnings: z.array(z.object({ warning_code: z.string() })),
})

const sameInstant = (one: string | null | undefined, other: string | null | undefined): boolean =>
  one == null || other == null ? (one ?? null) === (other ?? null) : Date.parse(one) === Date.parse(other)

/** Names what differs; the whole credential where Seam warns of something that it does not show. */
const differences = (card: Compared, seam: Compared): readonly string[] => {
  const names = [
    ...((card.card_number ?? null) === (seam.card_number ?? null) ? [] : ['card_number']),
    ...(sameInstant(card.starts_at, seam.starts_at) ? [] : ['starts_at']),
    ...(sameInstant(card.ends_at, seam.ends_at) ? [] : ['ends_at']),
  ]
  return names.length > 0 ? names : ['acs_credential']
}

/** What a scan has found, compared by Seam; undefined for a result that can't be understood. */
export const readScan = (result: unknown): KeyReading | undefined => {
  const { success, data } = Scan.safeParse(result)
  if (!success) return undefined
  const { acs_credential_on_encoder: card, acs_credential_on_seam: seam, warnings } = data
  if (card === null) return { kind: 'credential', cardNumber: null, comparison: { kind: 'nothing' } }
  const cardNumber = card.card_number ?? null
  if (seam === null) return { kind: 'credential', cardNumber, comparison: { kind: 'notFound' } }
  const isWarned = warnings.some(({ warning_code: code }) => code === 'acs_credential_on_encoder_out_of_sync')
  return {
    kind: 'credential',
    cardNumber,
    comparison: isWarned ? { kind: 'outOfSync', properties: [...differences(card, seam)] } : { kind: 'same' },
  }
}
