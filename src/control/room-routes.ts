import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import type { RoomRow } from '../contract/rooms.ts'
import type { RoomPorts } from './ports.ts'
import {
  ReplaceRoomsRequest,
  type RoomBody,
  type RoomChangesResponse,
  type RoomsCheckResponse,
  type RoomsResponse,
} from './schema/rooms.ts'
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

/** What the routes take of the others. */
interface RoomRouteParts {
  parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T>
  /** A signal that fires when the caller goes away, or when the server closes. */
  patience(waitMs: number, caller: NodeJS.EventEmitter): { readonly signal: AbortSignal } & Disposable
}

/** The hub answers sooner or is given up by the link; this only ends what nobody waits for any more. */
const CHECK_WITHIN_MS = 30_000

/** Hangs the routes of the list of rooms on the server. */
export const addRoomRoutes = (
  app: FastifyInstance,
  rooms: RoomPorts,
  { parse, patience }: RoomRouteParts,
): void => {
  app.get('/v1/rooms', (): RoomsResponse => {
    const { rows, error } = rooms.list()
    return { rooms: rows.map(roomBody), error: error === null ? null : faultOf(error) }
  })

  app.put('/v1/rooms', { bodyLimit: BODY_LIMIT_BYTES }, ({ body }): RoomChangesResponse => {
    refuseTooMany(body)
    const request = parse(ReplaceRoomsRequest, body)
    const rows = request.rooms.map((one): RoomRow => ({
      acsEntranceId: one.acs_entrance_id,
      displayName: one.display_name,
      room: one.room,
      authorisation: one.authorisation,
      system: one.system,
    }))
    return rooms.replace(rows, request.is_dry_run)
  })

  app.get('/v1/rooms/check', async ({ raw }): Promise<RoomsCheckResponse> => {
    using waiting = patience(CHECK_WITHIN_MS, raw.socket)
    const { entrances, missing, unknown, unknownSystems } = await rooms.check(waiting.signal)
    return {
      entrances: entrances.map(entranceBody),
      missing: missing.map(entranceBody),
      unknown: unknown.map(roomBody),
      unknown_systems: [...unknownSystems],
    }
  })
}
