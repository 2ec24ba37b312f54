import {
  BridgeError,
  type EmulatorOptions,
  type HttpEmulator,
  type HttpRequest,
  type HttpResponse,
} from 'encoder-bridge/driver'
import { createFaultSet } from '../../src/emulation/fault-set.ts'
import { createKeyCards, type KeyCard } from '../../src/emulation/key-cards.ts'
import { createTimeline } from '../../src/emulation/timeline.ts'
import {
  attemptBody,
  type Credential,
  credentialBody,
  encoderBody,
  encoderIds,
  idOf,
  type Json,
  notFoundWarning,
  onEncoderBody,
  outOfSyncWarning,
  workspaceBody,
} from './emulator-bodies.ts'

const rooms = ['101', '102']
/** How long an encoder waits for a card; Seam documents no time. */
const CARD_WITHIN_MS = 30_000
/** Of an encode or a scan, with `realtime`. */
const WORK_MS = 3000
const EPOCH_MS = Date.UTC(2026, 10, 23, 14)

/** Errors of the attempt that a command begins, by the fault's name. */
const attemptErrors = {
  card_misplaced: 'no_credential_on_encoder',
  card_incompatible: 'incompatible_card_format',
  credential_cannot_be_reissued: 'credential_cannot_be_reissued',
  credential_deleted: 'credential_deleted',
  write_interrupted: 'encoding_interrupted',
  key_encoder_offline: 'encoder_not_online',
  seam_bridge_offline: 'bridge_disconnected',
  uncategorized: 'uncategorized_error',
  expired: 'action_attempt_expired',
  timedOut: 'encoder_communication_timeout',
  olderSpelling: 'no_card_on_encoder',
} as const

/** Answers in the place of an attempt. */
const refusedWith = {
  key_encoder_unknown: [404, 'acs_encoder_not_found'],
  key_order_refused: [400, 'invalid_input'],
  seam_unauthorized: [401, 'unauthorized'],
} as const

const namesOf = <Name extends string>(table: Readonly<Record<Name, unknown>>): readonly Name[] =>
  Object.keys(table) as Name[]

type Ending = { readonly error: string } | { readonly result: Json }

interface Attempt {
  readonly id: string
  readonly type: string
  ending: Ending | null
}

/** A command that waits for a card. */
interface Job {
  readonly encoder: string
  readonly attempt: Attempt
  readonly work: (card: KeyCard) => Ending
  readonly giveUp: { readonly atMs: number; readonly run: () => void }
}

const answer = (
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body,
})

const ok = (body: Json): HttpResponse => answer(200, { ...body, ok: true })

const refuse = ([status, type]: readonly [number, string]): HttpResponse =>
  answer(status, { error: { type, message: 'As the emulator was told.', request_id: idOf(9, 1) }, ok: false })

const isUuid = (value: unknown): value is string => typeof value === 'string' && /^[0-9a-f-]{36}$/.test(value)

const isJson = (value: unknown): value is Json => typeof value === 'object' && value !== null

/**
 * An emulated Seam with two encoders, whose ids are `lockSystem.encoders`. It knows every access method and every user that it is
 * asked about. A command without a card waits 30 s for one, then ends with `no_credential_on_encoder`; there is no way to give it
 * up. Beside the faults that every lock system knows:
 *
 * | fault | the next `count` |
 * |---|---|
 * | `uncategorized`, `expired`, `timedOut`, `olderSpelling` | commands end with `uncategorized_error`, `action_attempt_expired`, `encoder_communication_timeout`, `no_card_on_encoder` |
 * | `changedOnSeam`, `deletedOnSeam` | scans find that Seam has another end, or no such credential |
 * | `refuseConnection` | requests don't reach it |
 * | `tooManyRequests` | requests are answered with 429 and `Retry-After: 2` |
 * | `badGateway` | requests are answered with 502 and a page of HTML |
 * | `unauthorized` | requests are answered with 401 |
 */
export const createSeamEmulator = ({ clock, realtime }: EmulatorOptions): HttpEmulator => {
  const faults = createFaultSet([
    ...(['silent', 'deaf', 'garbled', 'late', 'cut'] as const),
    ...namesOf(attemptErrors),
    ...namesOf(refusedWith),
    ...(['changedOnSeam', 'deletedOnSeam'] as const),
    ...(['refuseConnection', 'tooManyRequests', 'badGateway', 'unauthorized'] as const),
  ])
  const timeline = createTimeline(clock)
  const cards = createKeyCards(encoderIds)
  const credentials = new Map<string, Credential>()
  const attempts = new Map<string, Attempt>()
  const waiting = new Set<Job>()
  /** What is answered with the next request, and what is never answered. */
  let late: (() => void)[] = []
  const unanswered = new Set<(error: BridgeError) => void>()
  let credentialCount = 0

  /** The emulated hotel keeps UTC. */
  const credential = (cardNumber: string): Credential => ({
    acsCredentialId: idOf(5, ++credentialCount),
    cardNumber,
    startsAt: '2026-11-23T14:00:00.000Z',
    endsAt: '2026-11-25T10:00:00.000Z',
    issuedAt: new Date(EPOCH_MS + clock.now()).toISOString(),
  })

  const end = (attempt: Attempt, ending: Ending): void => {
    const run = (): void => {
      attempt.ending = ending
    }
    if (realtime) timeline.schedule({ atMs: clock.now() + WORK_MS, run })
    else run()
  }

  /** Begins an attempt: with the card that lies there, or with the next one. */
  const begin = (type: string, encoder: string, work: Job['work']): HttpResponse => {
    const attempt: Attempt = { id: idOf(4, attempts.size + 1), type, ending: null }
    attempts.set(attempt.id, attempt)
    const failure = namesOf(attemptErrors).find((name) => faults.take(name))
    const card = cards.on(encoder).at(-1)
    if (failure !== undefined) end(attempt, { error: attemptErrors[failure] })
    else if (card !== undefined) end(attempt, work(card))
    else {
      const giveUp = {
        atMs: clock.now() + CARD_WITHIN_MS,
        run: () => {
          waiting.delete(job)
          attempt.ending = { error: attemptErrors.card_misplaced }
        },
      }
      const job: Job = { encoder, attempt, work, giveUp }
      waiting.add(job)
      timeline.schedule(giveUp)
    }
    return ok({ action_attempt: attemptBody(attempt.id, type, null) })
  }

  const encode = (card: KeyCard): Ending => {
    const made = credential(card.uid)
    credentials.set(card.uid, made)
    card.write({
      rooms: rooms.slice(0, 1),
      startsAt: made.startsAt.slice(0, 16),
      endsAt: made.endsAt.slice(0, 16),
      authorisations: [],
      copy: 0,
    })
    return { result: credentialBody(made) }
  }

  const scan = ({ uid }: KeyCard): Ending => {
    const held = credentials.get(uid)
    if (held === undefined) {
      return { result: { acs_credential_on_encoder: null, acs_credential_on_seam: null, warnings: [] } }
    }
    const isDeleted = faults.take('deletedOnSeam')
    const isChanged = faults.take('changedOnSeam')
    const onSeam = { ...held, ...(isChanged && { endsAt: '2026-11-26T10:00:00.000Z' }) }
    return {
      result: {
        acs_credential_on_encoder: onEncoderBody(held),
        acs_credential_on_seam: isDeleted ? null : credentialBody(onSeam),
        warnings: [...(isDeleted ? [notFoundWarning] : []), ...(isChanged ? [outOfSyncWarning] : [])],
      },
    }
  }

  const assign = ({ uid }: KeyCard): Ending => ({ result: credentialBody(credential(uid)) })

  /** What begins an attempt; undefined for every other request. */
  const command = (path: string, body: Json): (() => HttpResponse) | undefined => {
    const { acs_encoder_id: encoder } = body
    const given = ['acs_user_id', 'user_identity_id'].filter((name) => body[name] !== undefined)
    const onEncoder = (type: string, isValid: boolean, work: Job['work']) => (): HttpResponse => {
      const refusal = namesOf(refusedWith).find((name) => faults.take(name))
      if (refusal !== undefined) return refuse(refusedWith[refusal])
      if (!isValid || !isUuid(encoder)) return refuse(refusedWith.key_order_refused)
      if (!encoderIds.includes(encoder)) return refuse(refusedWith.key_encoder_unknown)
      return begin(type, encoder, work)
    }
    switch (path) {
      case '/access_methods/encode':
        return onEncoder('ENCODE_CREDENTIAL', isUuid(body['access_method_id']), encode)
      case '/acs/encoders/scan_credential':
        return onEncoder('SCAN_CREDENTIAL', true, scan)
      case '/acs/encoders/scan_to_assign_credential':
        return onEncoder(
          'SCAN_TO_ASSIGN_CREDENTIAL',
          given.length === 1 && isUuid(body[given[0] ?? '']),
          assign,
        )
      default:
        return undefined
    }
  }

  const query = (path: string, body: Json): HttpResponse => {
    switch (path) {
      case '/workspaces/get':
        return ok({ workspace: workspaceBody })
      case '/acs/encoders/list':
        return ok({
          acs_encoders: encoderIds.map((id) => encoderBody(id, '2026-11-01T08:00:00.000Z')),
          pagination: { has_next_page: false, next_page_cursor: null, next_page_url: null },
        })
      case '/action_attempts/get': {
        const attempt = attempts.get(String(body['action_attempt_id']))
        if (attempt === undefined) return refuse([404, 'action_attempt_not_found'])
        return ok({ action_attempt: attemptBody(attempt.id, attempt.type, attempt.ending) })
      }
      default:
        return refuse([404, 'not_found'])
    }
  }

  /** An answer that does not come, unless `response` comes with the next request. */
  const hold = (signal: AbortSignal, response?: HttpResponse): Promise<HttpResponse> =>
    new Promise((resolve, reject) => {
      const stop = (error: BridgeError): void => {
        unanswered.delete(stop)
        reject(error)
      }
      unanswered.add(stop)
      signal.addEventListener('abort', () => stop(new BridgeError('aborted')), { once: true })
      if (response !== undefined) late.push(() => resolve(response))
    })

  const broken = (): BridgeError => new BridgeError('device_lost', 'The connection broke.')

  const handle = async (
    { path, body: sent }: HttpRequest,
    { signal }: { readonly signal: AbortSignal },
  ): Promise<HttpResponse> => {
    for (const tell of late.splice(0)) tell()
    if (faults.take('refuseConnection')) throw new BridgeError('device_absent', 'The connection was refused.')
    if (faults.take('tooManyRequests')) return answer(429, null, { 'retry-after': '2' })
    if (faults.take('badGateway')) return answer(502, null, { 'content-type': 'text/html' })
    if (faults.take('unauthorized')) return refuse(refusedWith.seam_unauthorized)
    const body = isJson(sent) ? sent : {}
    const act = command(path, body)
    if (act === undefined) return query(path, body)
    if (faults.take('deaf')) return hold(signal)
    const response = act()
    if (faults.take('silent')) return hold(signal)
    if (faults.take('late')) return hold(signal, response)
    if (faults.take('cut')) throw broken()
    return faults.take('garbled') ? ok({ action_attempt: 'begun' }) : response
  }

  return {
    kind: 'http',
    lockSystem: { encoders: encoderIds, rooms },
    handle,
    placeCard: (options) => {
      const encoder = cards.place(options)
      const card = cards.on(encoder).at(-1)
      const job = [...waiting].find((one) => one.encoder === encoder)
      if (job === undefined || card === undefined) return
      waiting.delete(job)
      timeline.cancel(job.giveUp)
      end(job.attempt, job.work(card))
    },
    removeCard: cards.remove,
    dumpCard: cards.dump,
    countWrites: (uid) => [cards.writesOf(uid)],
    present: () => {
      throw new BridgeError('not_supported', 'Seam’s encoders are shown cards only.')
    },
    inject: faults.inject,
    powerCycle: () => undefined,
    close: () => {
      for (const stop of [...unanswered]) stop(broken())
      late = []
      timeline.clear()
    },
  }
}
