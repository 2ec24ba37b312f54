import { z } from 'zod'
import { ChannelEncoder } from '../contract/channel.ts'
import { flag, json } from './table.ts'

/**
 * How the cards of an access system are issued: an encoder writes them, a card that is registered already is assigned, or the system
 * does it by itself.
 */
export const CardIssuing = z.enum(['encoding', 'assignment', 'automatic'])
export type CardIssuing = z.infer<typeof CardIssuing>

export const AcsSystemRow = z.object({
  acs_system_id: z.string(),
  workspace_id: z.string(),
  name: z.string(),
  time_zone: z.string(),
  connected_account_id: z.string(),
  /** For cards that are asked for from now on. */
  card_issuing: CardIssuing,
  created_at: z.string(),
})
export type AcsSystemRow = z.output<typeof AcsSystemRow>

/** The key of a site's card records, base64. A secret: it leaves in a welcome only. */
export const SiteKeyRow = z.object({ acs_system_id: z.string(), version: z.number().int(), key: z.string() })
export type SiteKeyRow = z.output<typeof SiteKeyRow>

export const AcsEntranceRow = z.object({
  acs_entrance_id: z.string(),
  workspace_id: z.string(),
  acs_system_id: z.string(),
  display_name: z.string(),
  /** A guest room's door; false for doors that everybody shares. A `new` key ends the earlier keys of these doors only. */
  can_belong_to_reservation: flag,
  created_at: z.string(),
})
export type AcsEntranceRow = z.output<typeof AcsEntranceRow>

export const AcsEncoderRow = z.object({
  acs_encoder_id: z.string(),
  workspace_id: z.string(),
  acs_system_id: z.string(),
  bridge_id: z.string(),
  display_name: z.string(),
  driver: z.string(),
  kind: ChannelEncoder.shape.kind.unwrap(),
  technologies: json(z.array(z.string())),
  is_online: flag,
  removed_at: z.string().nullable(),
  created_at: z.string(),
})
export type AcsEncoderRow = z.output<typeof AcsEncoderRow>

/** What a sandbox endpoint has prepared for the next encode or scan of an encoder. */
export const SimulationRow = z.object({
  workspace_id: z.string(),
  acs_encoder_id: z.string(),
  action: z.enum(['encode', 'scan']),
  outcome: json(
    z.union([
      z.object({ error_code: z.string(), acs_credential_id: z.string().nullable() }),
      z.object({ scenario: z.string(), acs_credential_id: z.string().nullable() }),
    ]),
  ),
})
export type SimulationRow = z.output<typeof SimulationRow>
