import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import type { HubContext } from './context.ts'
import { apiEndpoint, WRITE } from './endpoint.ts'
import { issueMethod } from './issuing.ts'
import { setTrouble } from './issuing-trouble.ts'
import { invalidInput, notFound } from './refusal.ts'
import { findMethod } from './routes-access-methods.ts'
import { CardIssuing } from './store-acs.ts'

/** A card waits for an encoder or for its assignment; what delays those is simulated at the encoder. */
const ModeInput = z.strictObject({ mode: z.enum(['code', 'mobile_key', 'cloud_key']) })

/** Additions of ours: Seam simulates nothing of the kind. */
export const registerSimulateIssuingRoutes = (app: FastifyInstance, hub: HubContext): void => {
  const troubles = [
    ['/access_methods/simulate/next_issue_will_be_delayed', 'delayed'],
    ['/access_methods/simulate/next_issue_will_fail', 'failed'],
  ] as const
  for (const [path, trouble] of troubles) {
    apiEndpoint(app, hub, {
      path,
      methods: WRITE,
      input: ModeInput,
      run: ({ mode }, { workspaceId }) => {
        setTrouble(hub, workspaceId, mode, trouble)
        return {}
      },
    })
  }

  apiEndpoint(app, hub, {
    path: '/access_methods/simulate/issue',
    methods: WRITE,
    input: z.strictObject({ access_method_id: z.uuid() }),
    run: ({ access_method_id }, { workspaceId }) => {
      const method = findMethod(hub, workspaceId, access_method_id)
      if (method.trouble === null) {
        throw invalidInput('access_method_id: the access method is neither delayed nor failed')
      }
      issueMethod(hub, method)
      return {}
    },
  })

  apiEndpoint(app, hub, {
    path: '/acs/systems/simulate/card_issuing',
    methods: WRITE,
    input: z.strictObject({ acs_system_id: z.uuid(), card_issuing: CardIssuing }),
    run: ({ acs_system_id, card_issuing }, { workspaceId }) => {
      const where = { workspace_id: workspaceId, acs_system_id }
      if (hub.store.systems.find(where) === null) throw notFound('acs_system', acs_system_id)
      hub.store.systems.update(where, { card_issuing })
      return {}
    },
  })
}
