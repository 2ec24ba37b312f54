import { BridgeError } from '../contract/errors.ts'
import type { RoomRow } from '../contract/rooms.ts'
import type { RoomPorts } from './ports.ts'
import type { RoomBody } from './schema/rooms.ts'
import type { Serve } from './serve.ts'
import { faultOf } from './views.ts'

/** The longest list with long names, as JSON. */
const BODY_LIMIT_BYTES = 67_108_864
const MAX_ROWS = 100_000

/** What stands in so long a body costs several times its size to judge, so it is counted first. */
const refuseTooMany = (body: unknown): void => {
  const rows = typeof body === 'object' && body !== null && 'rooms' in body ? body.rooms : []
  if (Array.isArray(rows) && rows.length > MAX_ROWS) {
    throw new BridgeError('request_invalid', `There are more than ${MAX_ROWS} rows.`)
  }
}

const roomBody = (row: RoomRow): RoomBody => ({
  acs_entrance_id: row.acsEntranceId,
  display_name: row.displayName,
  room: row.room,
  authorisation: row.authorisation,
  system: row.system,
})

const entranceBody = (entrance: { readonly acsEntranceId: string; readonly displayName: string }) => ({
  acs_entrance_id: entrance.acsEntranceId,
  display_name: entrance.displayName,
})

/** The hub answers sooner or is given up by the link; this only ends what nobody waits for any more. */
const CHECK_WITHIN_MS = 30_000

/** Serves the list of rooms. */
export const addRoomRoutes = (serve: Serve, rooms: RoomPorts): void => {
  serve.rooms(() => {
    const { rows, error } = rooms.list()
    return { rooms: rows.map(roomBody), error: error === null ? null : faultOf(error) }
  })

  serve.replaceRooms(
    ({ request }) => {
      const rows = request.rooms.map((one): RoomRow => ({
        acsEntranceId: one.acs_entrance_id,
        displayName: one.display_name,
        room: one.room,
        authorisation: one.authorisation,
        system: one.system,
      }))
      return rooms.replace(rows, request.is_dry_run)
    },
    { bodyLimitBytes: BODY_LIMIT_BYTES, refuse: refuseTooMany },
  )

  serve.checkRooms(async ({ patience }) => {
    using waiting = patience(CHECK_WITHIN_MS)
    const { entrances, missing, unknown, unknownSystems } = await rooms.check(waiting.signal)
    return {
      entrances: entrances.map(entranceBody),
      missing: missing.map(entranceBody),
      unknown: unknown.map(roomBody),
      unknown_systems: [...unknownSystems],
    }
  })
}
