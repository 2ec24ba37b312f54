import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ } from './endpoint.ts'
import { idList, paging } from './inputs.ts'
import { expireOrders } from './orders.ts'
import { pageOf } from './pages.ts'
import { presentAttempt } from './present-acs.ts'
import { notFound } from './refusal.ts'

const ListInput = z.object({
  action_attempt_ids: idList.optional(),
  device_id: z.uuid().optional(),
  ...paging,
})

export const registerAttemptReads = (app: FastifyInstance, hub: HubContext): void => {
  const { attempts } = hub.store

  apiEndpoint(app, hub, {
    path: '/action_attempts/get',
    methods: READ,
    input: z.object({ action_attempt_id: z.uuid() }),
    run: ({ action_attempt_id }, { workspaceId }) => {
      expireOrders(hub)
      const attempt = attempts.find({ workspace_id: workspaceId, action_attempt_id })
      if (attempt === null) throw notFound('action_attempt', action_attempt_id)
      return { action_attempt: presentAttempt(attempt) }
    },
  })
}

/** An attempt that is overdue is never shown as pending: it is ended before it is read. */
export const registerActionAttemptRoutes = (app: FastifyInstance, hub: HubContext): void => {
  registerAttemptReads(app, hub)
  const { attempts } = hub.store

  apiEndpoint(app, hub, {
    path: '/action_attempts/list',
    methods: READ,
    input: ListInput,
    run: (input, { workspaceId }) => {
      expireOrders(hub)
      const found = attempts
        .all({ workspace_id: workspaceId })
        .filter((one) => input.action_attempt_ids?.includes(one.action_attempt_id) ?? true)
        .filter(() => input.device_id === undefined)
      const { page, pagination } = pageOf(found, (one) => one.action_attempt_id, input)
      return { action_attempts: page.map(presentAttempt), pagination }
    },
  })
}
