import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError, errorTable } from '../contract/errors.ts'
import type { AuditLine } from '../contract/journal.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { Comparison, Ending } from '../contract/outcome.ts'
import type { SessionState, SessionView } from '../contract/session-view.ts'
import type {
  AuditBody,
  EncoderBody,
  EndingBody,
  ErrorBody,
  Fault,
  SessionBody,
  SessionSummary,
  StatusResponse,
} from './schema.ts'

/** Maps what the contract's ports tell to the control API's bodies: camelCase in, snake_case out. */

export const faultOf = (error: BridgeError, orderId?: string): Fault => ({
  code: error.code,
  message: error.message,
  owner: error.facts.owner,
  next_step: error.facts.nextStep,
  ...(error.detail === undefined ? {} : { detail: error.detail }),
  ...(orderId === undefined ? {} : { order_id: orderId }),
})

export const errorBody = (error: BridgeError, orderId?: string): ErrorBody => ({
  error: faultOf(error, orderId),
})

export const encoderBody = (view: EncoderView): EncoderBody => ({
  encoder_id: view.encoderId,
  name: view.name,
  driver: view.driver,
  kind: view.kind,
  transport: view.transport,
  path: view.path,
  identity: view.identity,
  presentation: view.presentation,
  indicators: [...view.indicators],
  layout: view.layout,
  technologies: [...view.technologies],
  state: view.state,
  error: view.error === null ? null : faultOf(view.error),
  model: view.info?.model ?? null,
  firmware: view.info?.firmware ?? null,
  serial_number: view.info?.serialNumber ?? null,
  lease:
    view.lease === null
      ? null
      : { order_id: view.lease.orderId, owner: view.lease.owner, since: view.lease.since },
})

const stateBodies = {
  queued: 'queued',
  leasing: 'leasing',
  waitingForCard: 'waiting_for_card',
  checkingCard: 'checking_card',
  awaitingConfirmation: 'awaiting_confirmation',
  writing: 'writing',
  waitingForReturn: 'waiting_for_return',
  verifying: 'verifying',
  reading: 'reading',
  comparing: 'comparing',
  recovering: 'recovering',
  ended: 'ended',
} as const satisfies Record<SessionState, SessionBody['state']>

const comparisonKinds = {
  nothing: 'nothing',
  same: 'same',
  outOfSync: 'out_of_sync',
  notFound: 'not_found',
  unchecked: 'unchecked',
} as const satisfies Record<Comparison['kind'], string>

const endingBody = (ending: Ending): EndingBody => {
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
        record:
          ending.record === null
            ? null
            : {
                acs_credential_id: ending.record.credentialId,
                card_number: ending.record.cardNumber,
                starts_at: ending.record.startsAt,
                ends_at: ending.record.endsAt,
              },
        remark: ending.remark,
        comparison: {
          kind: comparisonKinds[ending.comparison.kind],
          properties: ending.comparison.kind === 'outOfSync' ? ending.comparison.properties : [],
        },
      }
    case 'untouched':
    case 'spoiled':
    case 'unknown':
      return {
        kind: ending.kind,
        error: faultOf(new BridgeError(ending.code, ending.detail ?? undefined)),
        card_uid: ending.uid,
      }
  }
}

const common = (view: SessionView, encoders: readonly EncoderView[]) => ({
  order_id: view.orderId,
  kind: view.kind,
  state: stateBodies[view.state],
  revision: view.revision,
  encoder_id: view.encoderId,
  encoder_name: encoders.find((encoder) => encoder.encoderId === view.encoderId)?.name ?? null,
  progress: view.progress === null ? null : { done: view.progress.done, total: view.progress.total },
  prompt: view.prompt,
  is_cancellable: view.cancellable,
})

export const sessionBody = (view: SessionView, encoders: readonly EncoderView[]): SessionBody => ({
  ...common(view, encoders),
  ending: view.ending === null ? null : endingBody(view.ending),
})

/** Card data goes to whoever knows the order's id, never into a list. */
export const sessionSummary = (view: SessionView, encoders: readonly EncoderView[]): SessionSummary => ({
  ...common(view, encoders),
  ending:
    view.ending === null
      ? null
      : { kind: view.ending.kind, code: 'code' in view.ending ? view.ending.code : null },
})

const linkFault = ({ code, message }: NonNullable<LinkView['error']>): Fault => {
  const { owner, nextStep } = errorTable[code]
  return { code, message, owner, next_step: nextStep }
}

export const linkBody = (link: LinkView): StatusResponse['link'] => ({
  state: link.state,
  transport: link.transport,
  hub_endpoint: link.hubEndpoint,
  connected_since: link.connectedSince,
  clock_skew_ms: link.clockSkewMs,
  error: link.error === null ? null : linkFault(link.error),
})

export const auditBody = (line: AuditLine): AuditBody => ({
  at: line.at,
  event: line.event,
  order_id: line.orderId,
  ordered_by: line.orderedBy,
  encoder_id: line.encoderId,
  card_uid: line.uid,
  outcome: line.outcome,
})
