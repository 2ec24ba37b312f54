import { join } from 'node:path'
import { loadDriver } from '../../drivers/index.ts'
import type { RoomFacts } from '../control/doctor/rooms.ts'
import type { RoomPorts } from '../control/ports.ts'
import { checkRooms } from '../rooms/check.ts'
import { openRoomList, type RoomList } from '../rooms/room-list.ts'
import type { Link } from '../seam/link.ts'

/** The list of rooms of a data directory. */
export const openRooms = (dataDir: string): RoomList => openRoomList(join(dataDir, 'rooms.csv'))

/** The list of rooms as the control API sees it; `systems` are the key systems' names in the configuration. */
export const createRoomPorts = (
  list: RoomList,
  link: Pick<Link, 'listEntrances'>,
  systems: readonly string[],
): RoomPorts => ({
  list: () => ({ rows: list.rows(), error: list.error() }),
  replace: (rows, isDryRun) => list.replace(rows, isDryRun),
  check: async (signal) => checkRooms(list.rows(), await link.listEntrances(signal), systems),
})

/** What the doctor says about the list; one is needed where an order of one of these drivers names rooms. */
export const roomFacts = async (dataDir: string, drivers: readonly string[]): Promise<RoomFacts> => {
  const loaded = await Promise.all(drivers.map(loadDriver))
  const list = openRooms(dataDir)
  return {
    isNeeded: loaded.some(({ manifest }) => (manifest.keys?.rooms ?? 0) > 0),
    rowCount: list.rows().length,
    error: list.error(),
  }
}
