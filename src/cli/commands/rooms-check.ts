import type { RoomBody } from '../../control/schema/rooms.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'

const unknownRow = ({ acs_entrance_id: id, display_name: name, room, authorisation }: RoomBody): string[] => [
  `  ${name === '' ? '–' : name}`,
  room ?? authorisation ?? '',
  id,
]

/** `encoder-bridge rooms check`: which doors no key can be made for, before a guest stands there. */
export const roomsCheck = async (
  { voice }: Context,
  options: { readonly data: string },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const found = await client.checkRooms()
  const { entrances, missing, unknown, unknown_systems: systems } = found
  voice.give(found)
  if (!voice.isJson) {
    voice.say(
      missing.length === 0
        ? `Every entrance of the hub has its room: ${entrances.length}.`
        : `Entrances without a room: ${missing.length} of ${entrances.length}`,
      ...alignColumns(missing.map((one) => [`  ${one.display_name}`, one.acs_entrance_id])),
      ...(missing.length === 0
        ? []
        : [
            '  → `encoder-bridge rooms export` writes a list to fill in, `encoder-bridge rooms import` takes it.',
          ]),
      ...(unknown.length === 0 ? [] : ['Rows of entrances that the hub doesn’t have']),
      ...alignColumns(unknown.map(unknownRow)),
      ...(systems.length === 0 ? [] : ['Systems in the list that no configured device bears']),
      ...systems.map((name) => `  ${name}`),
    )
  }
  return missing.length === 0 ? 0 : 3
}
