import { z } from 'zod'
import { notFound } from '../refusal.ts'
import { askUpstream } from './ask.ts'
import type { Upstream } from './upstream.ts'

const flag = z.boolean().default(false)

const AccessMethod = z.object({
  access_method_id: z.uuid(),
  mode: z.string(),
  is_issued: z.boolean(),
  issued_at: z.string().nullable(),
  is_encoding_required: flag,
  is_ready_for_encoding: flag,
  is_assignment_required: flag,
  is_ready_for_assignment: flag,
  pending_mutations: z.array(z.unknown()).default([]),
})
export type UpstreamMethod = z.output<typeof AccessMethod>

const Batch = z.object({
  batch: z.object({
    access_methods: z.array(AccessMethod).default([]),
    access_grants: z
      .array(
        z.object({
          access_grant_id: z.uuid(),
          user_identity_id: z.string(),
          starts_at: z.string(),
          ends_at: z.string().nullable(),
        }),
      )
      .default([]),
    acs_entrances: z
      .array(
        z.object({
          acs_entrance_id: z.string(),
          acs_system_id: z.string(),
          display_name: z.string(),
          /** Where it isn't told the door counts as a guest's: then somebody is asked before its keys end. */
          can_belong_to_reservation: z.boolean().default(true),
        }),
      )
      .default([]),
    acs_credentials: z
      .array(
        z.object({
          acs_credential_id: z.uuid(),
          acs_system_id: z.string(),
          access_method: z.string(),
          card_number: z.string().nullish(),
        }),
      )
      .default([]),
  }),
})

/** What the upstream holds about one access method, and no more of it than an order needs: ids, doors and times, no names of guests. */
export interface Related {
  readonly method: UpstreamMethod
  readonly grant: z.output<typeof Batch>['batch']['access_grants'][number]
  readonly entrances: z.output<typeof Batch>['batch']['acs_entrances']
  readonly credentials: z.output<typeof Batch>['batch']['acs_credentials']
}

/** Rejects 404 for an access method that isn't there, else as `askUpstream` does. */
export const fetchRelated = async (upstream: Upstream, accessMethodId: string): Promise<Related> => {
  const include = ['access_methods', 'access_grants', 'acs_entrances', 'acs_credentials']
  const { batch } = await askUpstream(
    upstream,
    '/access_methods/get_related',
    { access_method_ids: [accessMethodId], include },
    Batch,
  )
  const method = batch.access_methods.find((one) => one.access_method_id === accessMethodId)
  const [grant] = batch.access_grants
  if (method === undefined || grant === undefined) throw notFound('access_method', accessMethodId)
  return { method, grant, entrances: batch.acs_entrances, credentials: batch.acs_credentials }
}
