import type { ChannelEncoder, ChannelEnding, ChannelOrder } from '../contract/channel.ts'
import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError, type ErrorCode, type SeamErrorCode, errorTable } from '../contract/errors.ts'
import type { Ending, KeysMade } from '../contract/outcome.ts'

const everyAction = ['uncategorized_error', 'action_attempt_expired', 'no_credential_on_encoder'] as const
const encoderTrouble = ['encoder_not_online', 'encoder_communication_timeout', 'bridge_disconnected'] as const

/** The codes that the OpenAPI document of @seamapi/types 1.977.0 allows in each kind of action attempt. */
const codesOf: Record<ChannelOrder['kind'], readonly SeamErrorCode[]> = {
  encode: [
    ...everyAction,
    ...encoderTrouble,
    'incompatible_card_format',
    'credential_cannot_be_reissued',
    'credential_deleted',
    'encoding_interrupted',
  ],
  scan: [...everyAction, ...encoderTrouble],
  scan_to_assign: everyAction,
}

/** The state of the card outranks the cause: Seam has a word for a half-written card, whatever broke it. */
const seamCodeOf = (kind: 'untouched' | 'spoiled' | 'unknown', code: ErrorCode): SeamErrorCode => {
  if (kind === 'spoiled') return 'encoding_interrupted'
  return kind === 'unknown' ? 'uncategorized_error' : errorTable[code].seam
}

type Encoded = Extract<ChannelEnding, { kind: 'encoded' }>

const proofs = {
  readBack: 'read_back',
  alreadyRight: 'already_right',
  confirmed: 'confirmed',
} as const satisfies Record<(Ending & { kind: 'encoded' })['proof'], Encoded['proof']>

const messageOf = ({ code, detail }: { readonly code: ErrorCode; readonly detail: string | null }): string =>
  new BridgeError(code, detail ?? undefined).message

const toChannelKeys = ({ made, wanted, serialNumbers, shortfall, remark }: KeysMade): Encoded['keys'] => ({
  made,
  wanted,
  serial_numbers: serialNumbers,
  shortfall: shortfall && { code: shortfall.code, message: messageOf(shortfall) },
  remark,
})

/** An ending that the channel has words for: what only the desk may order has none. */
export type ReportedEnding = Exclude<Ending, { kind: 'carriedOut' | 'assigned' }>

/** An ending in the channel's words. `orderKind` decides which of Seam's codes may be said. */
export const toChannelEnding = (ending: ReportedEnding, orderKind: ChannelOrder['kind']): ChannelEnding => {
  switch (ending.kind) {
    case 'encoded':
      return {
        kind: 'encoded',
        card_uid: ending.uid,
        technology: ending.technology,
        proof: proofs[ending.proof],
        keys: ending.keys && toChannelKeys(ending.keys),
      }
    case 'scanned':
      return {
        kind: 'scanned',
        card_uid: ending.uid,
        technology: ending.technology,
        card_number: ending.cardNumber,
        record: ending.record && {
          acs_credential_id: ending.record.credentialId,
          card_number: ending.record.cardNumber,
          starts_at: ending.record.startsAt,
          ends_at: ending.record.endsAt,
        },
        remark: ending.remark,
      }
    default: {
      const seamCode = seamCodeOf(ending.kind, ending.code)
      return {
        kind: ending.kind,
        code: ending.code,
        seam_code: codesOf[orderKind].includes(seamCode) ? seamCode : 'uncategorized_error',
        message: messageOf(ending),
        card_uid: ending.uid,
      }
    }
  }
}

const encoderKinds = {
  card: 'card',
  keySystem: 'key_system',
  scanner: 'scanner',
} as const satisfies Record<EncoderView['kind'], ChannelEncoder['kind']>

/** An encoder as the hub lists it. A leased encoder is online: it is at work. */
export const toChannelEncoder = (view: EncoderView): ChannelEncoder => ({
  acs_encoder_id: view.encoderId,
  display_name: view.name,
  driver: view.driver,
  kind: encoderKinds[view.kind],
  technologies: [...view.technologies],
  is_online: view.state === 'ready' || view.state === 'leased',
})

/** `waitingForCard` → `waiting_for_card`. */
export const toSnakeCase = (camelCase: string): string =>
  camelCase.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
