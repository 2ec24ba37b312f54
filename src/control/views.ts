import { toChannelPurpose } from '../contract/channel.ts'
import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError, errorTable } from '../contract/errors.ts'
import type { AuditLine } from '../contract/journal.ts'
import type { KeyAbilities } from '../contract/key-system.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { Comparison, Ending, KeysMade } from '../contract/outcome.ts'
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

const keysBody = (keys: KeyAbilities): NonNullable<EncoderBody['keys']> => ({
  purposes: keys.purposes.map(toChannelPurpose),
  copies_at_once: keys.copiesAtOnce,
  rooms: keys.rooms,
  authorisations: keys.authorisations,
  time_step: keys.timeStep,
  needs_end: keys.needsEnd,
  reads: keys.reads,
  checks_out: keys.checksOut,
  moves_stays: keys.movesStays,
  cancels_tasks: keys.cancelsTasks,
  assigns: keys.assigns,
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
  address: view.address,
  keys: view.keys === null ? null : keysBody(view.keys),
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
  ordering: 'ordering',
  assigning: 'assigning',
  makingKey: 'making_key',
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

const proofBodies = {
  readBack: 'read_back',
  alreadyRight: 'already_right',
  confirmed: 'confirmed',
} as const satisfies Record<(Ending & { kind: 'encoded' })['proof'], string>

const keysMadeBody = ({ made, wanted, serialNumbers, shortfall, remark }: KeysMade) => ({
  made,
  wanted,
  serial_numbers: [...serialNumbers],
  shortfall:
    shortfall === null ? null : faultOf(new BridgeError(shortfall.code, shortfall.detail ?? undefined)),
  remark,
})

const endingBody = (ending: Ending): EndingBody => {
  switch (ending.kind) {
    case 'encoded':
      return {
        kind: 'encoded',
        card_uid: ending.uid,
        technology: ending.technology,
        proof: proofBodies[ending.proof],
        keys: ending.keys === null ? null : keysMadeBody(ending.keys),
      }
    case 'carriedOut':
      return { kind: 'carried_out', remark: ending.remark }
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
    case 'assigned':
      return {
        kind: 'assigned',
        card_uid: ending.uid,
        technology: ending.technology,
        card_number: ending.cardNumber,
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

const common = (view: SessionView, encoders: readonly EncoderView[], prompt: string) => ({
  order_id: view.orderId,
  kind: view.kind,
  state: stateBodies[view.state],
  revision: view.revision,
  encoder_id: view.encoderId,
  encoder_name: encoders.find((encoder) => encoder.encoderId === view.encoderId)?.name ?? null,
  progress: view.progress === null ? null : { done: view.progress.done, total: view.progress.total },
  prompt,
  is_cancellable: view.cancellable,
})

/** The truth about the card without what is on it: its identifier, its numbers, its record, and the facts that name them. */
const withoutCard = (ending: EndingBody): EndingBody => {
  switch (ending.kind) {
    case 'encoded':
      return {
        ...ending,
        card_uid: null,
        keys: ending.keys === null ? null : { ...ending.keys, serial_numbers: [], remark: null },
      }
    case 'scanned':
      return { ...ending, card_uid: null, card_number: null, record: null, remark: null }
    case 'assigned':
      return { ...ending, card_uid: null, card_number: null }
    case 'carried_out':
      return { ...ending, remark: null }
    case 'untouched':
    case 'spoiled':
    case 'unknown':
      return { ...ending, card_uid: null, error: faultOf(new BridgeError(ending.error.code)) }
  }
}

/**
 * What the clerk does now, without the card that must come back. The sentence on an ending may say everything that is on the card:
 * its code alone stands for it.
 */
const promptForAll = ({ state, prompt, ending }: SessionView): string => {
  if (state !== 'ended') return prompt.replaceAll(/ (?:[0-9A-F]{2}){4,10}(?![0-9A-Z])/g, '')
  return ending !== null && 'code' in ending
    ? `${errorTable[ending.code].cause} ${errorTable[ending.code].nextStep}`
    : ''
}

export const sessionBody = (
  view: SessionView,
  encoders: readonly EncoderView[],
  isYours: boolean,
): SessionBody => {
  const ending = view.ending === null ? null : endingBody(view.ending)
  const prompt = isYours ? view.prompt : promptForAll(view)
  const shared = { ...common(view, encoders, prompt), is_yours: isYours }
  if (isYours) return { ...shared, ending }
  return { ...shared, ending: ending === null ? null : withoutCard(ending) }
}

/** Card data goes to whoever ordered, never into a list. */
export const sessionSummary = (view: SessionView, encoders: readonly EncoderView[]): SessionSummary => ({
  ...common(view, encoders, promptForAll(view)),
  ending:
    view.ending === null
      ? null
      : {
          kind: view.ending.kind === 'carriedOut' ? 'carried_out' : view.ending.kind,
          code: 'code' in view.ending ? view.ending.code : null,
        },
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
