import { z } from 'zod'
import { BridgeError, isBridgeError, throwIfAborted } from '../contract/errors.ts'
import type { Pairing } from '../contract/journal.ts'
import type { Clock } from '../contract/transport.ts'
import type { HubAddress } from './hub-address.ts'
import type { HubNetwork } from './hub-network.ts'
import { type HubAnswer, postToHub } from './hub-http.ts'
import { pause } from './pause.ts'

const ASK_EVERY_MS = 2_000
/** A code lives for three minutes; a quarter of an hour is enough to find somebody with an API key. */
const MAX_CODES = 5
const SESSIONS = '/seam/bridge/v1/bridge_client_sessions'

const SessionAnswer = z.object({
  ok: z.literal(true),
  bridge_client_session: z.object({
    bridge_client_session_token: z.string().min(1),
    pairing_code: z.string().length(6),
    pairing_code_expires_at: z.iso.datetime(),
  }),
})
const SystemsAnswer = z.object({
  ok: z.literal(true),
  bridge_connected_systems: z.array(z.object({ bridge_id: z.string(), acs_system_id: z.string() })),
})
const Done = z.object({ ok: z.literal(true) })
/** Tailscale has no part in this channel; Seam wants both fields. */
const STATUS = { is_tailscale_connected: null, tailscale_ip_v4: null }

export interface PairOptions {
  readonly hubEndpoint: string
  readonly network: HubNetwork
  /** Claims the code at once; null waits until somebody else does. */
  readonly apiKey: string | null
  /** Claims the code at once, into the access system that it was made for; null for none. */
  readonly enrolmentToken: string | null
  /** The access system to serve, with an API key; null has the hub make one under the bridge's name. */
  readonly acsSystemId: string | null
  /** What the hub calls this desk. */
  readonly name: string
  /** The property's IANA time zone. */
  readonly timeZone: string
  /** Stays the same for this computer, so that pairing again finds the same bridge. */
  readonly machineKey: string
  readonly clock: Clock
  readonly wallClock: () => Date
  readonly signal: AbortSignal
  /** Marks of this computer; they are kept with the pairing. */
  readonly machine: readonly string[]
  /** A code to show, the ISO instant of the hub at which it ends, and how long that is from now. A fresh one follows an expired one. */
  readonly onCode: (code: string, expiresAt: string, remainingMs: number) => void
}

/**
 * Makes this computer a bridge of the hub, and resolves with what the journal keeps of it. With an API key or an enrolment token the code is
 * claimed on the spot; without one it is shown until somebody claims it. Rejects `pairing_expired` when nobody does in five
 * codes' time, `hub_refused` (also for a bad API key), `hub_unreachable`, `hub_protocol`, `hub_insecure`,
 * `config_invalid`, `aborted`.
 */
export const pairWithHub = async (options: PairOptions): Promise<Pairing> => {
  const { hubEndpoint, clock, machine, signal } = options
  const claimer = options.apiKey ?? options.enrolmentToken

  const post = <T extends z.ZodType>(token: string | null, path: string, body: object, answer: T) => {
    const address: HubAddress = { endpoint: hubEndpoint, token, network: options.network }
    return postToHub({ address, path, body, answer, clock, signal })
  }
  /** There is no token of a bridge yet that could be wrong, so `hub_unauthorized` would blame the wrong thing. */
  const postUnpaired = async <T extends z.ZodType>(
    ...call: Parameters<typeof post<T>>
  ): Promise<HubAnswer<z.infer<T>>> => {
    try {
      return await post(...call)
    } catch (error) {
      if (!isBridgeError(error, 'hub_unauthorized')) throw error
      const key = options.apiKey === null ? 'the enrolment token' : 'the API key'
      const what = call[0] === null ? 'a new bridge' : key
      throw new BridgeError('hub_refused', `It does not accept ${what}.`, { cause: error })
    }
  }

  /** How long a code lives is counted from the hub's own clock: this computer's may be wrong. */
  const readSession = ({ body, hubTimeMs }: HubAnswer<z.infer<typeof SessionAnswer>>) => {
    const session = body.bridge_client_session
    const expiresAt = session.pairing_code_expires_at
    const lifetimeMs = Date.parse(expiresAt) - (hubTimeMs ?? options.wallClock().getTime())
    const token = session.bridge_client_session_token
    return { token, code: session.pairing_code, expiresAt, endsAtMs: clock.now() + lifetimeMs }
  }
  const findPairing = async (token: string): Promise<Pairing | null> => {
    const { body } = await post(token, '/seam/bridge/v1/bridge_connected_systems/list', {}, SystemsAnswer)
    const system = body.bridge_connected_systems[0]
    if (system === undefined) return null
    await post(token, `${SESSIONS}/report_status`, STATUS, Done)
    return { hubEndpoint, bridgeId: system.bridge_id, acsSystemId: system.acs_system_id, token, machine }
  }
  const findPairingPatiently = async (token: string): Promise<Pairing | null> => {
    try {
      return await findPairing(token)
    } catch (error) {
      if (isBridgeError(error, 'hub_unreachable')) return null
      throw error
    }
  }

  const newSession = {
    bridge_client_name: options.name,
    bridge_client_time_zone: options.timeZone,
    bridge_client_machine_identifier_key: options.machineKey,
  }
  let session = readSession(await postUnpaired(null, `${SESSIONS}/create`, newSession, SessionAnswer))
  const { token } = session

  if (claimer !== null) {
    const claim = {
      pairing_code: session.code,
      ...(options.acsSystemId !== null && { acs_system_id: options.acsSystemId }),
    }
    await postUnpaired(claimer, '/bridges/claim', claim, Done)
    const pairing = await findPairing(token)
    if (pairing !== null) return pairing
    throw new BridgeError('hub_protocol', 'The claim was accepted, and no access system is connected.')
  }

  for (let shown = 1; ; shown += 1) {
    options.onCode(session.code, session.expiresAt, Math.max(0, session.endsAtMs - clock.now()))
    while (clock.now() < session.endsAtMs) {
      await pause(clock, ASK_EVERY_MS, signal)
      throwIfAborted(signal)
      const pairing = await findPairingPatiently(token)
      if (pairing !== null) return pairing
    }
    if (shown === MAX_CODES) throw new BridgeError('pairing_expired', `${MAX_CODES} codes were shown.`)
    session = readSession(await post(token, `${SESSIONS}/regenerate_pairing_code`, {}, SessionAnswer))
  }
}
