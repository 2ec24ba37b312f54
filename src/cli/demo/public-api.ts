import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import { BridgeError } from '../../contract/errors.ts'
import type { HubClient } from '../hub-client.ts'

/** The part of the Seam API that the demo looks at, as an integrator's own client would. */

const AccessMethod = z.object({
  access_method_id: z.string(),
  display_name: z.string(),
  mode: z.string(),
  is_encoding_required: z.boolean().optional(),
  is_issued: z.boolean(),
  issued_at: z.string().nullable(),
})
export type AccessMethod = z.infer<typeof AccessMethod>

const AcsEncoder = z.object({ acs_encoder_id: z.string(), display_name: z.string() })
export type AcsEncoder = z.infer<typeof AcsEncoder>

const Credential = z.object({ card_number: z.string().nullable().optional() })

const ScanResult = z.object({
  acs_credential_on_encoder: Credential.nullable(),
  acs_credential_on_seam: Credential.nullable(),
  warnings: z.array(z.object({ warning_code: z.string() })),
})
export type ScanResult = z.infer<typeof ScanResult>

const Attempt = z.object({
  action_attempt_id: z.string(),
  status: z.enum(['pending', 'success', 'error']),
  result: z.unknown(),
  error: z.object({ type: z.string(), message: z.string() }).nullable().optional(),
})
export type Attempt = z.infer<typeof Attempt>

const Event = z.object({ event_type: z.string(), access_method_id: z.string().optional() })

const ASK_EVERY_MS = 60
const PATIENCE_MS = 30_000

/** Asks again until there is an answer; null means not yet. */
const poll = async <T>(what: string, ask: () => Promise<T | null>): Promise<T> => {
  const giveUpAt = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (performance.now() > giveUpAt) throw new BridgeError('hub_protocol', `It shows no ${what} in time.`)
    await pause(ASK_EVERY_MS)
  }
}

export const createPublicApi = (hub: HubClient) => {
  const call = async <T extends z.ZodType>(schema: T, path: string, body: object): Promise<z.output<T>> => {
    const parsed = schema.safeParse(await hub.call(path, body))
    if (!parsed.success) throw new BridgeError('hub_protocol', `${path}: ${z.prettifyError(parsed.error)}`)
    return parsed.data
  }
  const follow = async (path: string, body: object, watch: () => Promise<void>): Promise<Attempt> => {
    const { action_attempt: started } = await call(z.object({ action_attempt: Attempt }), path, body)
    return poll('end of the action attempt', async () => {
      await watch()
      const { action_attempt_id } = started
      const answer = await call(z.object({ action_attempt: Attempt }), '/action_attempts/get', {
        action_attempt_id,
      })
      return answer.action_attempt.status === 'pending' ? null : answer.action_attempt
    })
  }
  return {
    firstSystem: async (): Promise<string> => {
      const schema = z.object({ acs_systems: z.array(z.object({ acs_system_id: z.string() })).min(1) })
      const [system] = (await call(schema, '/acs/systems/list', {})).acs_systems
      return system?.acs_system_id ?? ''
    },
    claim: (pairingCode: string, acsSystemId: string) =>
      call(z.object({}), '/bridges/claim', { pairing_code: pairingCode, acs_system_id: acsSystemId }),
    /** A card that waits for its encoding. */
    waitingCard: async (): Promise<AccessMethod> => {
      const grants = z.object({ access_grants: z.array(z.object({ access_grant_id: z.string() })) })
      for (const { access_grant_id } of (await call(grants, '/access_grants/list', {})).access_grants) {
        const methods = z.object({ access_methods: z.array(AccessMethod) })
        const list = (await call(methods, '/access_methods/list', { access_grant_id })).access_methods
        const found = list.find((method) => method.mode === 'card' && method.is_encoding_required === true)
        if (found !== undefined) return found
      }
      throw new BridgeError('hub_protocol', 'The seeded workspace has no card that waits for its encoding.')
    },
    accessMethod: async (access_method_id: string): Promise<AccessMethod> =>
      (await call(z.object({ access_method: AccessMethod }), '/access_methods/get', { access_method_id }))
        .access_method,
    encoder: (acs_system_id: string): Promise<AcsEncoder> =>
      poll('encoder of the desk', async () => {
        const schema = z.object({ acs_encoders: z.array(AcsEncoder) })
        const { acs_encoders: list } = await call(schema, '/acs/encoders/list', {
          acs_system_ids: [acs_system_id],
        })
        return list[0] ?? null
      }),
    encode: (access_method_id: string, acs_encoder_id: string, watch: () => Promise<void>) =>
      follow('/access_methods/encode', { access_method_id, acs_encoder_id }, watch),
    scan: async (acs_encoder_id: string, watch: () => Promise<void>) => {
      const attempt = await follow('/acs/encoders/scan_credential', { acs_encoder_id }, watch)
      return { attempt, result: ScanResult.safeParse(attempt.result).data ?? null }
    },
    /** The kinds of events that concern an access method, oldest first. */
    eventTypes: async (access_method_id: string, since: string): Promise<string[]> => {
      const { events } = await call(z.object({ events: z.array(Event) }), '/events/list', { since })
      return events
        .filter((event) => event.access_method_id === access_method_id)
        .map(({ event_type }) => event_type)
    },
  }
}
export type PublicApi = ReturnType<typeof createPublicApi>
