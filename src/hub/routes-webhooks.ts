import { randomUUID } from 'node:crypto'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { isSafeUrl } from '../contract/link-path.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { apiEndpoint, READ, WRITE } from './endpoint.ts'
import { Nothing } from './inputs.ts'
import { invalidInput, notFound } from './refusal.ts'
import { makeWebhookSecret } from './secrets.ts'
import type { WebhookRow } from './store-webhooks.ts'

const MAX_WEBHOOKS = 20

/** Events carry PINs: they cross a network in TLS only. */
const isFitUrl = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null
  return url !== null && isSafeUrl(url) && url.username === '' && url.password === ''
}
const Url = z
  .string()
  .max(2000)
  .refine(isFitUrl, 'must be an https address, or http on this computer, without a user name')

const EventTypes = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(z.string().min(1).max(100)).max(200),
)
const which = { webhook_id: z.uuid() }

const present = ({ webhook_id, url, event_types, secret }: WebhookRow) => ({
  webhook_id,
  url,
  event_types,
  secret,
})

export const registerWebhookRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const { webhooks, deliveries } = hub.store

  const find = (workspaceId: string, webhook_id: string): WebhookRow => {
    const webhook = webhooks.find({ workspace_id: workspaceId, webhook_id })
    if (webhook === null) throw notFound('webhook', webhook_id)
    return webhook
  }

  apiEndpoint(app, hub, {
    path: '/webhooks/create',
    methods: WRITE,
    input: z.object({ url: Url, event_types: EventTypes.default(['*']) }),
    run: ({ url, event_types }, { workspaceId }) => {
      if (webhooks.all({ workspace_id: workspaceId }).length >= MAX_WEBHOOKS) {
        throw invalidInput(`url: this workspace has ${MAX_WEBHOOKS} webhooks already`)
      }
      const webhook: WebhookRow = {
        webhook_id: randomUUID(),
        workspace_id: workspaceId,
        url,
        event_types,
        secret: makeWebhookSecret(),
        created_at: nowOf(hub),
      }
      webhooks.insert(webhook)
      return { webhook: present(webhook) }
    },
  })

  apiEndpoint(app, hub, {
    path: '/webhooks/get',
    methods: READ,
    input: z.object(which),
    run: ({ webhook_id }, { workspaceId }) => ({ webhook: present(find(workspaceId, webhook_id)) }),
  })

  apiEndpoint(app, hub, {
    path: '/webhooks/list',
    methods: READ,
    input: Nothing,
    run: (_input, { workspaceId }) => ({
      webhooks: webhooks.all({ workspace_id: workspaceId }).map(present),
    }),
  })

  apiEndpoint(app, hub, {
    path: '/webhooks/update',
    methods: ['POST', 'PUT'],
    input: z.object({ ...which, event_types: EventTypes }),
    run: ({ webhook_id, event_types }, { workspaceId }) => {
      find(workspaceId, webhook_id)
      webhooks.update({ webhook_id }, { event_types })
      return {}
    },
  })

  apiEndpoint(app, hub, {
    path: '/webhooks/delete',
    methods: ['POST', 'DELETE'],
    input: z.object(which),
    run: ({ webhook_id }, { workspaceId }) => {
      find(workspaceId, webhook_id)
      deliveries.delete({ webhook_id })
      webhooks.delete({ webhook_id })
      return {}
    },
  })
}
