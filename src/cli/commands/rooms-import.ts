import { readFile } from 'node:fs/promises'
import { BridgeError } from '../../contract/errors.ts'
import type { RoomBody } from '../../control/schema/rooms.ts'
import { mistakeText, readRoomList } from '../../rooms/read-list.ts'
import type { Context } from '../context.ts'
import { findControl, openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { printable } from '../printable.ts'

const readBytes = async (file: string): Promise<Uint8Array> => {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('request_invalid', `The file cannot be read: ${reason}.`, { cause })
  }
}

const counted = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`

/**
 * `encoder-bridge rooms import`: replaces the list of rooms by a CSV file, all of it or nothing. With `--check` it says what
 * is wrong with the file and, where a daemon runs, what it would change.
 */
export const roomsImport = async (
  { voice, terminal }: Context,
  file: string,
  options: { readonly data: string; readonly check?: boolean },
): Promise<ExitCode> => {
  const { rows, gaps, mistakes } = readRoomList(await readBytes(file))
  if (mistakes.length > 0) {
    for (const mistake of mistakes) terminal.err.write(`${printable(`${file}, ${mistakeText(mistake)}`)}\n`)
    const count = counted(mistakes.length, 'mistake', 'mistakes')
    throw new BridgeError('request_invalid', `The file has ${count}; nothing was changed.`)
  }
  const isCheck = options.check ?? false
  const client = isCheck ? await findControl(options.data) : await openControlClient(options.data)
  const body = {
    rooms: rows.map((row): RoomBody => ({
      acs_entrance_id: row.acsEntranceId,
      display_name: row.displayName,
      room: row.room,
      authorisation: row.authorisation,
      system: row.system,
    })),
    is_dry_run: isCheck,
  }
  const changes = client === null ? null : await client.replaceRooms(body)
  voice.give({ rows: rows.length, gaps, changes })
  const verb = isCheck ? 'The file is right' : 'Imported'
  voice.say(`${verb}: ${counted(rows.length, 'row', 'rows')}.`)
  if (changes !== null) {
    const { added, changed, removed, unchanged } = changes
    voice.say(`  ${added} added, ${changed} changed, ${removed} removed, ${unchanged} as before.`)
  }
  if (gaps > 0) {
    const what = counted(
      gaps,
      'row without a room or an authorisation was',
      'rows without a room or an authorisation were',
    )
    voice.say(`  ${what} left out; \`encoder-bridge rooms check\` names what is missing.`)
  }
  return 0
}
