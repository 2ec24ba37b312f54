import type { ChannelPurpose } from '../../contract/channel.ts'
import type { HubContext } from '../context.ts'
import { refusal } from '../refusal.ts'
import type { UpstreamCardRow } from './store-gateway.ts'

/** Cards of this access method are registered already: one is read for its number, and nothing is written. */
export const isReadOnly = (theirs: UpstreamCardRow): boolean =>
  !theirs.is_issued &&
  !theirs.is_encoding_required &&
  !theirs.is_ready_for_encoding &&
  (theirs.is_assignment_required || theirs.is_ready_for_assignment)

/** Why the upstream wants no card for the access method now; null when it wants one, and in a sandbox. */
export const upstreamObjection = (
  theirs: UpstreamCardRow | null,
  purpose: ChannelPurpose,
): { type: string; message: string } | null => {
  if (theirs === null || theirs.is_ready_for_encoding || theirs.is_ready_for_assignment) return null
  if (theirs.is_issued) {
    if (purpose !== 'new') return null
    return {
      type: 'credential_cannot_be_reissued',
      message: 'Seam holds this access method as issued. For a lost card order a replacement.',
    }
  }
  const message =
    theirs.is_encoding_required || theirs.is_assignment_required
      ? 'Seam is not ready for this card yet: wait until is_ready_for_encoding or is_ready_for_assignment is true.'
      : 'Seam asks for no card of this access method.'
  return { type: 'uncategorized_error', message }
}

/** While Seam is being told of a card nobody makes another one for the same access method. */
export const refuseWhileReporting = (hub: HubContext, accessMethodId: string): void => {
  const [open] = hub.store.assignments.query(
    `where t.access_method_id = ? and t.state <> 'done'`,
    accessMethodId,
  )
  if (open === undefined) return
  throw refusal(
    409,
    'access_method_being_encoded',
    'A card was made for this access method, and Seam is being told of it. Wait for that attempt to end.',
  )
}
