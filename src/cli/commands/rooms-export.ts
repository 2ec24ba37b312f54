import { writeFile } from 'node:fs/promises'
import { BridgeError } from '../../contract/errors.ts'
import { rowsToFillIn } from '../../rooms/to-fill-in.ts'
import { writeRoomList } from '../../rooms/write-list.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'

const write = async (file: string, text: string): Promise<void> => {
  try {
    await writeFile(file, text, { flag: 'wx' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('request_invalid', `${file} cannot be written: ${reason}.`, { cause })
  }
}

/** `encoder-bridge rooms export`: every door of the hub with the room that is known for it, as CSV to be filled in. */
export const roomsExport = async (
  { voice, terminal }: Context,
  options: { readonly data: string; readonly out?: string; readonly semicolons?: boolean },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const [{ rooms }, { entrances }] = await Promise.all([client.rooms(), client.checkRooms()])
  const rows = rowsToFillIn(
    rooms.map((row) => ({
      acsEntranceId: row.acs_entrance_id,
      displayName: row.display_name,
      room: row.room,
      authorisation: row.authorisation,
      system: row.system,
    })),
    entrances.map((one) => ({ acsEntranceId: one.acs_entrance_id, displayName: one.display_name })),
  )
  const text = writeRoomList(rows, options.semicolons === true ? ';' : ',')
  if (options.out === undefined) {
    voice.give({ csv: text, rows: rows.length })
    if (!voice.isJson) terminal.out.write(text)
    return 0
  }
  await write(options.out, text)
  voice.give({ out: options.out, rows: rows.length })
  voice.say(
    `${options.out}: ${rows.length} rows. Fill in the rooms, then \`encoder-bridge rooms import\` it.`,
  )
  return 0
}
