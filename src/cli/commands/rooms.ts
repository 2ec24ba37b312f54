import type { RoomBody } from '../../control/schema/rooms.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { faultLines } from '../texts.ts'

const rowOf = ({
  acs_entrance_id: id,
  display_name: name,
  room,
  authorisation,
  system,
}: RoomBody): string[] => [
  `  ${name === '' ? '–' : name}`,
  room === null ? `authorisation ${authorisation ?? ''}` : `room ${room}`,
  system ?? 'every system',
  id,
]

/** `encoder-bridge rooms`: the list that key systems go by. */
export const rooms = async ({ voice }: Context, options: { readonly data: string }): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const list = await client.rooms()
  voice.give(list)
  if (voice.isJson) return list.error === null ? 0 : 3
  voice.say('Rooms', ...(list.rooms.length === 0 ? ['  none'] : alignColumns(list.rooms.map(rowOf))))
  if (list.error === null) return 0
  voice.say('The file can’t be used as it is; these are the rows from before.', ...faultLines(list.error))
  return 3
}
