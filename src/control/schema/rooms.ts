import { z } from 'zod'
import { Fault } from '../schema.ts'

/** The list that leads from Seam's entrances to the lock system's rooms, as the control API takes and gives it. */

/** One row; exactly one of `room` and `authorisation` is there. */
export const RoomBody = z.strictObject({
  acs_entrance_id: z.string(),
  display_name: z.string().describe('For people who read the list'),
  room: z.string().nullable().describe('The lock system’s own name'),
  authorisation: z.string().nullable().describe('What it grants in a room’s place: a common door, an area'),
  system: z
    .string()
    .nullable()
    .describe('The key system, by its name in the configuration; null for every one'),
})
export type RoomBody = z.infer<typeof RoomBody>

/** `GET /v1/rooms` */
export const RoomsResponse = z.object({
  rooms: z.array(RoomBody),
  error: Fault.nullable().describe(
    'Why `DATA/rooms.csv` can’t be used as it is; the last list that could be is in use',
  ),
})
export type RoomsResponse = z.infer<typeof RoomsResponse>

/** `PUT /v1/rooms`: these rows take the place of all that are there, or none of them does. */
export const ReplaceRoomsRequest = z.strictObject({
  rooms: z.array(RoomBody),
  is_dry_run: z.boolean().default(false).describe('true only says what it would change'),
})

export const RoomChangesResponse = z.object({
  added: z.int(),
  changed: z.int(),
  removed: z.int(),
  unchanged: z.int(),
})
export type RoomChangesResponse = z.infer<typeof RoomChangesResponse>

const EntranceBody = z.object({ acs_entrance_id: z.string(), display_name: z.string() })

/** `GET /v1/rooms/check`: the list beside what the hub and the configuration have. */
export const RoomsCheckResponse = z.object({
  entrances: z.array(EntranceBody).describe('All of the hub’s'),
  missing: z.array(EntranceBody).describe('Those that no key can be made for here'),
  unknown: z.array(RoomBody).describe('Rows of entrances that the hub doesn’t have'),
  unknown_systems: z.array(z.string()).describe('Systems that rows name and that no configured device bears'),
})
export type RoomsCheckResponse = z.infer<typeof RoomsCheckResponse>
