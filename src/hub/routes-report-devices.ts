import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { apiEndpoint, WRITE } from './endpoint.ts'
import { emit } from './events.ts'
import { key } from './inputs.ts'
import { notFound } from './refusal.ts'
import type { AcsEntranceRow, AcsSystemRow } from './store-acs.ts'

const EncoderReport = z.object({
  hotek_metadata: z.object({ encoder_number: key }),
  is_removed: z.boolean().default(false),
})
const EntranceReport = z.object({
  hotek_metadata: z
    .object({
      room_number: key.optional(),
      common_area_number: key.optional(),
      common_area_name: key.optional(),
    })
    .refine(
      (told) =>
        (told.room_number === undefined) !==
        (told.common_area_number === undefined && told.common_area_name === undefined),
      'give room_number, or what the common area is called',
    ),
  is_removed: z.boolean().default(false),
})
type EntranceReport = z.output<typeof EntranceReport>

const Input = z.object({
  acs_system_id: z.uuid(),
  acs_encoders: z.array(EncoderReport).max(1000).optional(),
  acs_entrances: z.array(EntranceReport).max(10_000).optional(),
})

/** What a door is called is all that it is known by: the hub keeps no numbers of lock makers. */
const nameOf = ({ hotek_metadata: told }: EntranceReport): string =>
  told.room_number === undefined
    ? (told.common_area_name ?? `Common area ${told.common_area_number ?? ''}`)
    : `Room ${told.room_number}`

const applyEntrance = (hub: HubContext, system: AcsSystemRow, report: EntranceReport): void => {
  const { acs_system_id, workspace_id, connected_account_id } = system
  const where = { workspace_id, acs_system_id, display_name: nameOf(report) }
  const known = hub.store.entrances.find(where)
  if ((known === null) === report.is_removed) return
  const entrance: AcsEntranceRow = known ?? {
    ...where,
    acs_entrance_id: randomUUID(),
    can_belong_to_reservation: report.hotek_metadata.room_number !== undefined,
    created_at: nowOf(hub),
  }
  const { acs_entrance_id } = entrance
  if (report.is_removed) hub.store.entrances.delete({ acs_entrance_id })
  else hub.store.entrances.insert(entrance)
  emit(hub, workspace_id, report.is_removed ? 'acs_entrance.removed' : 'acs_entrance.added', {
    acs_entrance_id,
    acs_system_id,
    connected_account_id,
  })
}

/**
 * How an agent of an access system tells which doors and encoders there are. Doors are kept; encoders are accepted and not
 * kept, because those of this hub are what its bridges list.
 */
export const registerReportDevicesRoute = (app: FastifyInstance, hub: HubContext): void =>
  apiEndpoint(app, hub, {
    path: '/acs/systems/report_devices',
    methods: WRITE,
    input: Input,
    run: ({ acs_system_id, acs_entrances = [] }, { workspaceId }) => {
      const system = hub.store.systems.find({ workspace_id: workspaceId, acs_system_id })
      if (system === null) throw notFound('acs_system', acs_system_id)
      for (const report of acs_entrances) applyEntrance(hub, system, report)
      return {}
    },
  })
