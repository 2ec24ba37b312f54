import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EncoderBody } from '../../../src/control/schema.ts'
import { runCommand, startCommand } from '../../support/command.ts'
import { until } from './until.ts'

/** How the hub shows an order. */
interface Attempt {
  readonly status: 'pending' | 'success' | 'error'
  readonly result: Record<string, unknown> | null
  readonly error: { readonly type: string; readonly message: string } | null
}

/** How the hub shows a card that a guest is to get. */
interface AccessMethod {
  readonly is_issued: boolean
  readonly is_encoding_required: boolean
}

/** The built hub and the built daemon, paired, with the devices of this machine. An encoder is called by its name. */
export interface Desk extends AsyncDisposable {
  /** A new guest's card, ready to be encoded. */
  newAccessMethod(): Promise<string>
  accessMethod(access_method_id: string): Promise<AccessMethod>
  /** The credential that stands in the card's record. */
  credentialOf(access_method_id: string): Promise<string>
  /** Order; resolve with the order's id. */
  encode(encoder: string, access_method_id: string): Promise<string>
  scan(encoder: string): Promise<string>
  /** Resolves when the hub knows how an order ended. */
  ending(order: string): Promise<Attempt>
  /** An encoder as the daemon shows it, once it is in one of these states. */
  encoder(name: string, ...states: readonly EncoderBody['state'][]): Promise<EncoderBody>
  /** What the desk is told to do for its first session that is under way; empty when none is. */
  prompt(): Promise<string>
  /** What the daemon has logged. */
  log(): string
}

/** A device of the desk's configuration (docs/configuration.md). */
interface DeviceConfig {
  readonly name: string
  readonly driver: string
  readonly path?: string
  readonly match?: object
  readonly options?: object
}

interface StatusBody {
  readonly encoders: readonly EncoderBody[]
  readonly sessions: readonly { readonly prompt: string }[]
}

const STAY_MS = 86_400_000

const call = async <Answer>(url: string, token: string, body?: object): Promise<Answer> => {
  const response = await fetch(url, {
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${url}: ${JSON.stringify(answer)}`)
  return answer as Answer
}

const startPair = async (devices: readonly DeviceConfig[]) => {
  const folder = mkdtempSync(join(tmpdir(), 'desk-'))
  const [hubDir, deskDir, config] = [join(folder, 'hub'), join(folder, 'desk'), join(folder, 'config.yaml')]
  writeFileSync(config, JSON.stringify({ devices, sessions: { recoveryTimeoutSeconds: 30 } }))
  const hub = startCommand(['hub', '--data', hubDir, '--port', '0', '--seed', 'demo', '--json'])
  const { endpoint, api_key: apiKey } = (await hub.ready) as { endpoint: string; api_key: string }
  const pairing = await runCommand(['pair', '--data', deskDir, '--hub', endpoint, '--api-key', apiKey])
  if (pairing.code !== 0) throw new Error(`pair: ${pairing.stderr}${pairing.stdout}`)
  const daemon = startCommand(['run', '--data', deskDir, '--config', config, '--port', '0', '--json'])
  const { endpoint: controlEndpoint, error } = await daemon.ready
  if (error !== undefined) throw new Error(`run: ${JSON.stringify(error)}`)
  const token = readFileSync(join(deskDir, 'control-token'), 'utf8').trim()
  return {
    askHub: <Answer>(path: string, body: object = {}) => call<Answer>(`${endpoint}${path}`, apiKey, body),
    askDaemon: () => call<StatusBody>(`${String(controlEndpoint)}/v1/status`, token),
    log: () => daemon.output(),
    stop: async () => {
      await daemon.stop()
      await hub.stop()
    },
  }
}

/** Starts a hub with its demo hotel, pairs a desk with it, starts the desk's daemon and waits until the hub lists its encoders. */
export const openDesk = async (devices: readonly DeviceConfig[]): Promise<Desk> => {
  const { askHub, askDaemon, log, stop } = await startPair(devices)
  await until(async () => {
    const { acs_encoders: listed } = await askHub<{ acs_encoders: readonly object[] }>('/acs/encoders/list')
    return listed.length === devices.length
  })
  const ids = new Map((await askDaemon()).encoders.map(({ name, encoder_id }) => [name, encoder_id]))
  const { acs_entrances: entrances } = await askHub<{
    acs_entrances: readonly { acs_entrance_id: string }[]
  }>('/acs/entrances/list')
  const acs_entrance_ids = entrances.slice(0, 1).map(({ acs_entrance_id }) => acs_entrance_id)

  const order = async (path: string, encoder: string, body: object): Promise<string> => {
    const { action_attempt } = await askHub<{ action_attempt: { action_attempt_id: string } }>(path, {
      acs_encoder_id: ids.get(encoder),
      ...body,
    })
    return action_attempt.action_attempt_id
  }

  return {
    newAccessMethod: async () => {
      const { user_identity } = await askHub<{ user_identity: { user_identity_id: string } }>(
        '/user_identities/create',
        { full_name: 'A Guest' },
      )
      const { access_grant } = await askHub<{
        access_grant: {
          requested_access_methods: readonly { created_access_method_ids: readonly string[] }[]
        }
      }>('/access_grants/create', {
        user_identity_id: user_identity.user_identity_id,
        acs_entrance_ids,
        requested_access_methods: [{ mode: 'card' }],
        starts_at: new Date(Date.now() - 60_000).toISOString(),
        ends_at: new Date(Date.now() + STAY_MS).toISOString(),
      })
      return access_grant.requested_access_methods[0]?.created_access_method_ids[0] ?? ''
    },
    accessMethod: async (access_method_id) =>
      (await askHub<{ access_method: AccessMethod }>('/access_methods/get', { access_method_id }))
        .access_method,
    credentialOf: async (access_method_id) => {
      const { batch } = await askHub<{
        batch: { acs_credentials: readonly { acs_credential_id: string }[] }
      }>('/access_methods/get_related', { access_method_ids: [access_method_id] })
      return batch.acs_credentials[0]?.acs_credential_id ?? ''
    },
    encode: (encoder, access_method_id) => order('/access_methods/encode', encoder, { access_method_id }),
    scan: (encoder) => order('/acs/encoders/scan_credential', encoder, {}),
    ending: (action_attempt_id) =>
      until(async () => {
        const { action_attempt } = await askHub<{ action_attempt: Attempt }>('/action_attempts/get', {
          action_attempt_id,
        })
        return action_attempt.status !== 'pending' && action_attempt
      }),
    encoder: (name, ...states) =>
      until(async () => {
        const shown = (await askDaemon()).encoders.find((encoder) => encoder.name === name)
        return shown !== undefined && states.includes(shown.state) && shown
      }),
    log,
    prompt: async () => (await askDaemon()).sessions[0]?.prompt ?? '',
    [Symbol.asyncDispose]: stop,
  }
}
