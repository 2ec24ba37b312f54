import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { asksForUnheld, count, idList, unheld } from './inputs.ts'
import { presentEvent } from './present-acs.ts'
import { refusal } from './refusal.ts'

/** An instant of any offset as ISO text in UTC with milliseconds, the form of the events' own times. */
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString())

const scalars = [
  'access_method_id',
  'acs_credential_id',
  'acs_encoder_id',
  'acs_entrance_id',
  'acs_system_id',
  'connected_account_id',
] as const
const types = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string()).max(200),
)

const ListInput = z.object({
  since: moment.optional(),
  between: z.tuple([moment, moment]).optional(),
  event_type: z.string().optional(),
  event_types: types.optional(),
  event_ids: idList.optional(),
  access_grant_id: z.uuid().optional(),
  access_grant_ids: idList.optional(),
  access_method_id: z.uuid().optional(),
  access_method_ids: idList.optional(),
  acs_credential_id: z.uuid().optional(),
  acs_encoder_id: z.uuid().optional(),
  acs_entrance_id: z.uuid().optional(),
  acs_system_id: z.uuid().optional(),
  acs_system_ids: idList.optional(),
  connected_account_id: z.uuid().optional(),
  user_identity_id: z.uuid().optional(),
  ...unheld,
  limit: count(1000).optional(),
  unstable_offset: count(1_000_000_000).optional(),
})
type ListInput = z.output<typeof ListInput>

const GetInput = z.object({
  event_id: z.uuid().optional(),
  event_type: z.string().optional(),
  device_id: z.uuid().optional(),
})

/** The conditions of a list as SQL; ids of grants may stand alone or in the list of an access method's event. */
const conditions = (hub: HubContext, workspaceId: string, input: ListInput) => {
  const parts = ['t.workspace_id = ?']
  const values: (string | number)[] = [workspaceId]
  const add = (part: string, ...more: string[]): void => {
    parts.push(part)
    values.push(...more)
  }
  const oneOf = (column: string, list: readonly string[] | undefined): void => {
    if (list !== undefined) add(`${column} in (select value from json_each(?))`, JSON.stringify(list))
  }
  const aboutGrants = (ids: readonly string[]): void => {
    const list = JSON.stringify(ids)
    add(
      `(t.subject ->> 'access_grant_id' in (select value from json_each(?)) or exists (
         select 1 from json_each(t.subject, '$.access_grant_ids') g where g.value in (select value from json_each(?))))`,
      list,
      list,
    )
  }
  if (asksForUnheld(input)) add('false')
  if (input.since !== undefined) add('t.created_at >= ?', input.since)
  if (input.between !== undefined) add('t.created_at >= ? and t.created_at <= ?', ...input.between)
  if (input.event_type !== undefined) add('t.event_type = ?', input.event_type)
  oneOf('t.event_type', input.event_types)
  oneOf('t.event_id', input.event_ids)
  oneOf(`t.subject ->> 'access_method_id'`, input.access_method_ids)
  oneOf(`t.subject ->> 'acs_system_id'`, input.acs_system_ids)
  for (const name of scalars) {
    const id = input[name]
    if (id !== undefined) add(`t.subject ->> '${name}' = ?`, id)
  }
  if (input.access_grant_ids !== undefined) aboutGrants(input.access_grant_ids)
  if (input.access_grant_id !== undefined) aboutGrants([input.access_grant_id])
  if (input.user_identity_id !== undefined) {
    const theirs = { workspace_id: workspaceId, user_identity_id: input.user_identity_id }
    aboutGrants(hub.store.grants.all(theirs).map((one) => one.access_grant_id))
  }
  return { where: parts.join(' and '), values }
}

export const registerEventRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const { events } = hub.store

  apiEndpoint(app, hub, {
    path: '/events/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      const { where, values } = conditions(hub, workspaceId, input)
      const found = events.query(
        `where ${where} order by t.seq limit ? offset ?`,
        ...values,
        input.limit ?? 500,
        input.unstable_offset ?? 0,
      )
      return { events: found.map(presentEvent) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/events/get',
    methods: READ,
    input: GetInput,
    run: ({ event_id, event_type, device_id }, { workspaceId }) => {
      const input = { device_id, ...(event_id === undefined ? { event_type } : { event_ids: [event_id] }) }
      const { where, values } = conditions(hub, workspaceId, input)
      const [event] = events.query(`where ${where} order by t.seq desc limit 1`, ...values)
      if (event === undefined)
        throw refusal(404, 'event_not_found', 'There is no such event in this workspace.')
      return { event: presentEvent(event) }
    },
  })
}
