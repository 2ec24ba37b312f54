import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, WRITE } from './endpoint.ts'
import { invalidInput, notFound } from './refusal.ts'
import { setSimulation, simulatedCredential } from './simulation.ts'
import type { SimulationRow } from './store-acs.ts'

const encoder = { acs_encoder_id: z.uuid() }
const generalFailure = z.enum(['uncategorized_error', 'action_attempt_expired'])

const EncodeFailInput = z.union([
  z.strictObject({
    ...encoder,
    error_code: z
      .enum(['no_credential_on_encoder', 'encoding_interrupted'])
      .default('no_credential_on_encoder'),
  }),
  z.strictObject({ ...encoder, acs_credential_id: z.uuid().optional(), error_code: generalFailure }),
])

const EncodeSucceedInput = z.strictObject({
  ...encoder,
  scenario: z.literal('credential_is_issued').default('credential_is_issued'),
})

const ScanFailInput = z.union([
  z.strictObject({
    ...encoder,
    error_code: z.literal('no_credential_on_encoder').default('no_credential_on_encoder'),
  }),
  z.strictObject({ ...encoder, acs_credential_id_on_seam: z.uuid().optional(), error_code: generalFailure }),
])

const ScanSucceedInput = z.union([
  z.strictObject({
    ...encoder,
    acs_credential_id_on_seam: z.uuid().optional(),
    scenario: z
      .enum(['credential_exists_on_seam', 'credential_on_encoder_needs_update'])
      .default('credential_exists_on_seam'),
  }),
  z.strictObject({
    ...encoder,
    scenario: z.enum(['credential_does_not_exist_on_seam', 'credential_on_encoder_is_empty']),
  }),
])
type ScanSucceedInput = z.output<typeof ScanSucceedInput>

export const registerSimulateRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const prepare = (
    workspaceId: string,
    acs_encoder_id: string,
    action: SimulationRow['action'],
    outcome: SimulationRow['outcome'],
  ) => {
    if (hub.store.encoders.find({ workspace_id: workspaceId, acs_encoder_id }) === null) {
      throw notFound('acs_encoder', acs_encoder_id)
    }
    setSimulation(hub, { workspace_id: workspaceId, acs_encoder_id, action, outcome })
    return {}
  }

  apiEndpoint(app, hub, {
    path: '/acs/encoders/simulate/next_credential_encode_will_fail',
    methods: WRITE,
    input: EncodeFailInput,
    run: (input, { workspaceId }) => {
      const acs_credential_id = 'acs_credential_id' in input ? (input.acs_credential_id ?? null) : null
      return prepare(workspaceId, input.acs_encoder_id, 'encode', {
        error_code: input.error_code,
        acs_credential_id,
      })
    },
  })

  apiEndpoint(app, hub, {
    path: '/acs/encoders/simulate/next_credential_encode_will_succeed',
    methods: WRITE,
    input: EncodeSucceedInput,
    run: ({ acs_encoder_id, scenario }, { workspaceId }) =>
      prepare(workspaceId, acs_encoder_id, 'encode', { scenario, acs_credential_id: null }),
  })

  apiEndpoint(app, hub, {
    path: '/acs/encoders/simulate/next_credential_scan_will_fail',
    methods: WRITE,
    input: ScanFailInput,
    run: ({ acs_encoder_id, error_code }, { workspaceId }) =>
      prepare(workspaceId, acs_encoder_id, 'scan', { error_code, acs_credential_id: null }),
  })

  const credentialOf = (workspaceId: string, input: ScanSucceedInput): string | null => {
    if (
      !(
        input.scenario === 'credential_exists_on_seam' ||
        input.scenario === 'credential_on_encoder_needs_update'
      )
    ) {
      return null
    }
    const named = 'acs_credential_id_on_seam' in input ? (input.acs_credential_id_on_seam ?? null) : null
    const credential = simulatedCredential(hub, workspaceId, named)
    if (credential !== null) return credential.acs_credential_id
    if (named !== null) throw notFound('acs_credential', named)
    throw invalidInput('scenario: this workspace has no credential that a card could hold')
  }

  apiEndpoint(app, hub, {
    path: '/acs/encoders/simulate/next_credential_scan_will_succeed',
    methods: WRITE,
    input: ScanSucceedInput,
    run: (input, { workspaceId }) => {
      const acs_credential_id = credentialOf(workspaceId, input)
      return prepare(workspaceId, input.acs_encoder_id, 'scan', {
        scenario: input.scenario,
        acs_credential_id,
      })
    },
  })
}
