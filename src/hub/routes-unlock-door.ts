import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { failAttempt, readAgain, startAttempt, succeedAttempt } from './attempts.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { apiEndpoint, WRITE } from './endpoint.ts'
import { presentAttempt } from './present-acs.ts'
import { invalidInput, notFound } from './refusal.ts'
import { findMethod } from './routes-access-methods.ts'
import type { AccessMethodRow } from './store-access.ts'

/** Why the key would not open the door; null when it would. */
const objection = (hub: HubContext, method: AccessMethodRow, entranceId: string): string | null => {
  const grant = hub.store.grants.find({ access_grant_id: method.access_grant_id })
  const now = nowOf(hub)
  if (grant?.acs_entrance_ids.includes(entranceId) !== true) return 'The access grant is not for this door.'
  if (!method.is_issued) return 'The access method is not issued.'
  if (grant.starts_at > now) return 'The access grant has not begun.'
  return grant.ends_at !== null && grant.ends_at <= now ? 'The access grant has ended.' : null
}

/**
 * Seam's endpoint for opening a door with a key that lives in the cloud. This hub has no doors: it tells whether the key is
 * good, and that no device has confirmed anything.
 */
export const registerUnlockDoorRoute = (app: FastifyInstance, hub: HubContext): void =>
  apiEndpoint(app, hub, {
    path: '/access_methods/unlock_door',
    methods: WRITE,
    input: z.object({ access_method_id: z.uuid(), acs_entrance_id: z.uuid() }),
    run: ({ access_method_id, acs_entrance_id }, { workspaceId }) => {
      const method = findMethod(hub, workspaceId, access_method_id)
      if (hub.store.entrances.find({ workspace_id: workspaceId, acs_entrance_id }) === null) {
        throw notFound('acs_entrance', acs_entrance_id)
      }
      if (method.mode !== 'cloud_key' && method.mode !== 'mobile_key') {
        throw invalidInput(
          'access_method_id: only a cloud key or a mobile key unlocks a door by way of the cloud',
        )
      }
      const attempt = startAttempt(hub, workspaceId, 'UNLOCK_DOOR')
      const refused = objection(hub, method, acs_entrance_id)
      if (refused === null) succeedAttempt(hub, attempt, { was_confirmed_by_device: false })
      else failAttempt(hub, attempt, 'uncategorized_error', refused)
      return { action_attempt: presentAttempt(readAgain(hub, attempt)) }
    },
  })
