import type {
  DeliverableGrant,
  DeliverySecret,
  GrantQuery,
  WorkItem,
  WorkList,
} from '../contract/desk-work.ts'
import { BridgeError, errorTable } from '../contract/errors.ts'
import { chooseEncoder } from './choose-encoder.ts'
import type { ControlPorts } from './ports.ts'
import type { Fault } from './schema.ts'
import type { DeliverySecretName, GrantBody, GrantsQuery, WorkItemBody, WorkResponse } from './schema/work.ts'
import type { Serve } from './serve.ts'

/** Hub and Seam answer sooner or are given up; this only ends what nobody waits for any more. */
const ANSWER_WITHIN_MS = 30_000

const itemBody = (item: WorkItem): WorkItemBody => ({
  access_method_id: item.accessMethodId,
  access_grant_id: item.accessGrantId,
  action: item.action,
  reservation_key: item.reservationKey,
  doors: item.doors.map(({ acsEntranceId, displayName }) => ({
    acs_entrance_id: acsEntranceId,
    display_name: displayName,
  })),
  starts_at: item.startsAt,
  ends_at: item.endsAt,
  time_zone: item.timeZone,
  is_reissue: item.isReissue,
})

const faultBody = ({ code, message }: NonNullable<WorkList['error']>): Fault => {
  const { owner, nextStep } = errorTable[code]
  return { code, message, owner, next_step: nextStep }
}

const workBody = ({ items, asOf, error }: WorkList): WorkResponse => ({
  items: items.map(itemBody),
  as_of: asOf,
  error: error === null ? null : faultBody(error),
})

const secretNames = {
  code: 'code',
  instantKeyUrl: 'instant_key_url',
  clientSessionToken: 'client_session_token',
} as const satisfies Record<DeliverySecret, DeliverySecretName>

const secretOf = {
  code: 'code',
  instant_key_url: 'instantKeyUrl',
  client_session_token: 'clientSessionToken',
} as const satisfies Record<DeliverySecretName, DeliverySecret>

const grantBody = (grant: DeliverableGrant): GrantBody => ({
  access_grant_id: grant.accessGrantId,
  display_name: grant.displayName,
  reservation_key: grant.reservationKey,
  doors: [...grant.doors],
  starts_at: grant.startsAt,
  ends_at: grant.endsAt,
  time_zone: grant.timeZone,
  access_methods: grant.methods.map((method) => ({
    access_method_id: method.accessMethodId,
    mode: method.mode,
    display_name: method.displayName,
    is_issued: method.isIssued,
    issued_at: method.issuedAt,
    is_encoding_required: method.isEncodingRequired,
    is_assignment_required: method.isAssignmentRequired,
    secrets: method.secrets.map((secret) => secretNames[secret]),
    remarks: [...method.remarks],
  })),
})

const queryOf = (query: GrantsQuery): GrantQuery => {
  if (query.access_grant_id !== undefined) return { accessGrantId: query.access_grant_id }
  if (query.access_method_id !== undefined) return { accessMethodId: query.access_method_id }
  if (query.reservation_key !== undefined) return { reservationKey: query.reservation_key }
  throw new BridgeError('request_invalid')
}

/** Serves what the desk has to do and to hand over. */
export const addWorkRoutes = (
  serve: Serve,
  {
    encoders,
    orderAssign,
    work,
    journal,
  }: Pick<ControlPorts, 'encoders' | 'orderAssign' | 'work' | 'journal'>,
): void => {
  // Nobody may have listened yet, and then nothing is known: the first to ask is told.
  serve.work(async ({ patience }) => {
    using waiting = patience(ANSWER_WITHIN_MS)
    const known = work.list()
    return workBody(known.asOf === null ? await work.refresh(waiting.signal) : known)
  })

  serve.refreshWork(async ({ patience }) => {
    using waiting = patience(ANSWER_WITHIN_MS)
    return workBody(await work.refresh(waiting.signal))
  })

  serve.assign(async ({ request, caller }) => {
    const { encoderId, name, keys } = chooseEncoder(encoders.list(), request.encoder)
    if (keys?.reads === false) {
      throw new BridgeError('not_supported', `The lock system of “${name}” can’t read cards over this link.`)
    }
    return { order_id: await orderAssign(encoderId, request.access_method_id, caller.label) }
  })

  serve.grants(async ({ request, patience }) => {
    using waiting = patience(ANSWER_WITHIN_MS)
    return { grants: (await work.grants(queryOf(request), waiting.signal)).map(grantBody) }
  })

  serve.reveal(async ({ request, caller, patience }) => {
    using waiting = patience(ANSWER_WITHIN_MS)
    // Before it is told: nobody sees a secret of which the audit does not know.
    journal.noteAudit({
      event: 'revealed',
      orderedBy: caller.label,
      outcome: `${request.access_method_id} ${request.secret}`,
      orderId: null,
      encoderId: null,
      uid: null,
    })
    return { value: await work.reveal(request.access_method_id, secretOf[request.secret], waiting.signal) }
  })

  serve.extend(async ({ request, patience }) => {
    using waiting = patience(ANSWER_WITHIN_MS)
    await work.extend(request.access_grant_id, request.ends_at, waiting.signal)
    return {}
  })
}
