import { z } from 'zod'
import { EncoderChoice } from '../schema.ts'

const encoder = EncoderChoice.describe(
  'A name or an id; without one it is the only encoder here whose lock system can do it',
)
const room = z.string().min(1).max(64).describe('The lock system’s own name')

/** `POST /v1/stays`: what a key system is asked that makes no key. It reports to nobody but this desk. */
export const StayRequest = z.discriminatedUnion('kind', [
  z
    .strictObject({ kind: z.literal('check_out'), encoder, room })
    .describe('The guests’ keys of the room end'),
  z
    .strictObject({
      kind: z.literal('move'),
      encoder,
      room,
      new_room: room.describe('The same as room where only the end changes'),
      ends_at: z.iso.datetime().optional().describe('As it was when it is left out'),
    })
    .describe('A stay moves to another room, or ends at another time'),
  z
    .strictObject({ kind: z.literal('cancel_task'), encoder })
    .describe('The encoder gives up what it does and ejects what is in it'),
])
export type StayRequest = z.infer<typeof StayRequest>
