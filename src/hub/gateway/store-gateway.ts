import { z } from 'zod'
import { flag, json } from '../table.ts'

/** Between two tries to tell the upstream. */
export const LONGEST_PAUSE_MS = 300_000

/** One row, and only in the store of a gateway. */
export const GatewayRow = z.object({
  endpoint: z.string(),
  /** The upstream's; null until it has told it. */
  workspace_id: z.string().nullable(),
})

/** What the upstream said last of a card access method that was ordered here. */
export const UpstreamCardRow = z.object({
  access_method_id: z.string(),
  /** Its credential there; null where it shows none, and then the one on the card is known here only. */
  acs_credential_id: z.string().nullable(),
  card_number: z.string().nullable(),
  is_issued: flag,
  issued_at: z.string().nullable(),
  is_encoding_required: flag,
  is_ready_for_encoding: flag,
  is_assignment_required: flag,
  is_ready_for_assignment: flag,
})
export type UpstreamCardRow = z.output<typeof UpstreamCardRow>

/**
 * A card that is good, and that the upstream is to be told of with `assign_card`.
 *
 *   wanted ──journalled──► calling ──answered──► following ──issued, refused──► done
 *      ▲                      └──no clear answer, or a restart: the access method is read again──► wanted or done
 *      └── nothing was sent
 */
export const AssignmentRow = z.object({
  /** The action attempt's id too. */
  order_id: z.string(),
  access_method_id: z.string(),
  card_number: z.string(),
  state: z.enum(['wanted', 'calling', 'following', 'done']),
  /** The action attempt at the upstream, when it has told one. */
  upstream_attempt_id: z.string().nullable(),
  /** What the action attempt here ends with once the upstream says so. */
  result: json(z.record(z.string(), z.unknown())),
  tries: z.number().int(),
  due_at: z.string(),
  /** When it came into its state. */
  since: z.string(),
})
export type AssignmentRow = z.output<typeof AssignmentRow>

/** A scanned card that is to be given to a user of the upstream; whom, the order says. */
export const RegistrationRow = z.object({
  order_id: z.string(),
  acs_system_id: z.string(),
  card_number: z.string(),
  tries: z.number().int(),
  due_at: z.string(),
})
export type RegistrationRow = z.output<typeof RegistrationRow>
