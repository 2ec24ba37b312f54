import type { HubContext } from './context.ts'
import type { AccessMethodMode, IssuingTrouble } from './store-access.ts'
import type { EventType } from './store-events.ts'

export const troubleEvents: Record<IssuingTrouble, EventType> = {
  delayed: 'access_method.delay_in_issuing',
  failed: 'access_method.failed_to_issue',
}

export const setTrouble = (
  hub: HubContext,
  workspaceId: string,
  mode: AccessMethodMode,
  trouble: IssuingTrouble,
): void => {
  const where = { workspace_id: workspaceId, mode }
  hub.store.issueSimulations.delete(where)
  hub.store.issueSimulations.insert({ ...where, trouble })
}

/** What was prepared for the next access method of this mode; it is used up by that one. */
export const takeTrouble = (
  hub: HubContext,
  workspaceId: string,
  mode: AccessMethodMode,
): IssuingTrouble | null => {
  const where = { workspace_id: workspaceId, mode }
  const prepared = hub.store.issueSimulations.find(where)
  hub.store.issueSimulations.delete(where)
  return prepared?.trouble ?? null
}
