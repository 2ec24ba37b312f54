import type { ChannelEncoder, ChannelEnding } from '../contract/channel.ts'
import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError, type ErrorCode, type SeamErrorCode, errorTable } from '../contract/errors.ts'
import type { Order } from '../contract/order.ts'
import type { Ending } from '../contract/outcome.ts'

const everyAction = ['uncategorized_error', 'action_attempt_expired', 'no_credential_on_encoder'] as const
const encoderTrouble = ['encoder_not_online', 'encoder_communication_timeout', 'bridge_disconnected'] as const

/** The codes that the OpenAPI document of @seamapi/types 1.977.0 allows in each kind of action attempt. */
const codesOf: Record<Order['kind'], readonly SeamErrorCode[]> = {
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

/** An ending in the channel's words. `orderKind` decides which of Seam's codes may be said. */
export const toChannelEnding = (ending: Ending, orderKind: Order['kind']): ChannelEnding => {
  switch (ending.kind) {
    case 'encoded':
      return {
        kind: 'encoded',
        card_uid: ending.uid,
        technology: ending.technology,
        proof: ending.proof === 'readBack' ? 'read_back' : 'already_right',
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
        message: new BridgeError(ending.code, ending.detail ?? undefined).message,
        card_uid: ending.uid,
      }
    }
  }
}

/** An encoder as the hub lists it. A leased encoder is online: it is at work. */
export const toChannelEncoder = (view: EncoderView): ChannelEncoder => ({
  acs_encoder_id: view.encoderId,
  display_name: view.name,
  driver: view.driver,
  technologies: [...view.technologies],
  is_online: view.state === 'ready' || view.state === 'leased',
})

/** `waitingForCard` → `waiting_for_card`. */
export const toSnakeCase = (camelCase: string): string =>
  camelCase.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
