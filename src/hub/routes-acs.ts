import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { asksForUnheld, idList, paging, unheld } from './inputs.ts'
import { pageOf } from './pages.ts'
import { presentEncoder, presentEntrance, presentSystem } from './present-acs.ts'
import { notFound } from './refusal.ts'

const SystemListInput = z.object({
  connected_account_id: z.uuid().optional(),
  customer_key: z.string().optional(),
  search: z.string().optional(),
})

const EntranceListInput = z.object({
  acs_system_id: z.uuid().optional(),
  acs_entrance_ids: idList.optional(),
  acs_credential_id: z.uuid().optional(),
  connected_account_id: z.uuid().optional(),
  search: z.string().optional(),
  customer_key: unheld.customer_key,
  location_id: unheld.location_id,
  space_id: unheld.space_id,
  ...paging,
})

/** Seam wants exactly one of the filters; here none lists every encoder, so that a first look needs no ids. */
const EncoderListInput = z.object({
  acs_system_id: z.uuid().optional(),
  acs_system_ids: idList.optional(),
  acs_encoder_ids: idList.optional(),
  ...paging,
})

const registerSystems = (app: FastifyInstance, hub: HubContext): void => {
  const { systems } = hub.store
  apiEndpoint(app, hub, {
    path: '/acs/systems/get',
    methods: READ,
    input: z.object({ acs_system_id: z.uuid() }),
    run: ({ acs_system_id }, { workspaceId }) => {
      const system = systems.find({ workspace_id: workspaceId, acs_system_id })
      if (system === null) throw notFound('acs_system', acs_system_id)
      return { acs_system: presentSystem(hub, system) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/acs/systems/list',
    methods: READ,
    input: SystemListInput,
    run: ({ connected_account_id: account, customer_key: customer, search }, { workspaceId }) => ({
      acs_systems: systems
        .all({ workspace_id: workspaceId })
        .filter((one) => account === undefined || one.connected_account_id === account)
        .filter((one) => search === undefined || one.name.toLowerCase().includes(search.toLowerCase()))
        .filter(() => customer === undefined)
        .map((one) => presentSystem(hub, one)),
    }),
  })
}

const registerEntrances = (app: FastifyInstance, hub: HubContext): void => {
  const { entrances, systems, credentials, methods, grants } = hub.store
  apiEndpoint(app, hub, {
    path: '/acs/entrances/get',
    methods: READ,
    input: z.object({ acs_entrance_id: z.uuid() }),
    run: ({ acs_entrance_id }, { workspaceId }) => {
      const entrance = entrances.find({ workspace_id: workspaceId, acs_entrance_id })
      if (entrance === null) throw notFound('acs_entrance', acs_entrance_id)
      return { acs_entrance: presentEntrance(hub, entrance) }
    },
  })

  /** The doors of the grant that the credential belongs to. */
  const doorsOf = (workspaceId: string, acs_credential_id: string): readonly string[] => {
    const credential = credentials.find({ workspace_id: workspaceId, acs_credential_id })
    if (credential === null) throw notFound('acs_credential', acs_credential_id)
    const method = methods.find({ access_method_id: credential.access_method_id ?? '' })
    return grants.find({ access_grant_id: method?.access_grant_id ?? '' })?.acs_entrance_ids ?? []
  }

  apiEndpoint(app, hub, {
    path: '/acs/entrances/list',
    methods: READ,
    input: EntranceListInput,
    run: (input, { workspaceId }) => {
      const { acs_system_id: systemId, acs_entrance_ids: ids, search, connected_account_id: account } = input
      const system =
        account === undefined
          ? null
          : systems.find({ workspace_id: workspaceId, connected_account_id: account })
      const doors =
        input.acs_credential_id === undefined ? null : doorsOf(workspaceId, input.acs_credential_id)
      const found = entrances
        .all({ workspace_id: workspaceId })
        .filter(() => !asksForUnheld(input))
        .filter((one) => systemId === undefined || one.acs_system_id === systemId)
        .filter((one) => account === undefined || one.acs_system_id === system?.acs_system_id)
        .filter((one) => ids === undefined || ids.includes(one.acs_entrance_id))
        .filter((one) => doors === null || doors.includes(one.acs_entrance_id))
        .filter(
          (one) => search === undefined || one.display_name.toLowerCase().includes(search.toLowerCase()),
        )
      const { page, pagination } = pageOf(found, (one) => one.acs_entrance_id, input)
      return { acs_entrances: page.map((one) => presentEntrance(hub, one)), pagination }
    },
  })
}

export const registerEncoderReads = (app: FastifyInstance, hub: HubContext): void => {
  const { encoders } = hub.store
  apiEndpoint(app, hub, {
    path: '/acs/encoders/get',
    methods: READ,
    input: z.object({ acs_encoder_id: z.uuid() }),
    run: ({ acs_encoder_id }, { workspaceId }) => {
      const encoder = encoders.find({ workspace_id: workspaceId, acs_encoder_id })
      if (encoder === null) throw notFound('acs_encoder', acs_encoder_id)
      return { acs_encoder: presentEncoder(hub, encoder) }
    },
  })
}

const registerEncoders = (app: FastifyInstance, hub: HubContext): void => {
  registerEncoderReads(app, hub)
  const { encoders } = hub.store
  apiEndpoint(app, hub, {
    path: '/acs/encoders/list',
    methods: READ,
    input: EncoderListInput,
    run: (input, { workspaceId }) => {
      const systemIds = input.acs_system_id === undefined ? input.acs_system_ids : [input.acs_system_id]
      const found = encoders
        .all({ workspace_id: workspaceId })
        .filter((one) => systemIds === undefined || systemIds.includes(one.acs_system_id))
        .filter((one) => input.acs_encoder_ids?.includes(one.acs_encoder_id) ?? true)
      const { page, pagination } = pageOf(found, (one) => one.acs_encoder_id, input)
      return { acs_encoders: page.map((one) => presentEncoder(hub, one)), pagination }
    },
  })
}

export const registerAcsRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerSystems(app, hub)
  registerEntrances(app, hub)
  registerEncoders(app, hub)
}
