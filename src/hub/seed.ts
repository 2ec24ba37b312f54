import { randomUUID } from 'node:crypto'
import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { createGrant } from './grants.ts'
import { createSystem } from './pairing.ts'
import type { AcsEntranceRow } from './store-acs.ts'
import type { UserIdentityRow } from './store-workspaces.ts'

const SYSTEM_NAME = 'Demo Hotel Doors'
const STAY_MS = 3 * 86_400_000

/** The demo hotel: doors, a guest and one card that waits for its encoding. Seeding again changes nothing. */
export const seedDemo = (hub: HubContext, workspaceId: string): void =>
  hub.store.transaction(() => {
    const { store } = hub
    if (store.systems.find({ workspace_id: workspaceId, name: SYSTEM_NAME }) !== null) return
    const system = createSystem(hub, workspaceId, SYSTEM_NAME, 'Europe/Berlin')
    const addEntrance = (display_name: string, can_belong_to_reservation: boolean): AcsEntranceRow => {
      const entrance: AcsEntranceRow = {
        acs_entrance_id: randomUUID(),
        workspace_id: workspaceId,
        acs_system_id: system.acs_system_id,
        display_name,
        can_belong_to_reservation,
        created_at: nowOf(hub),
      }
      store.entrances.insert(entrance)
      return entrance
    }
    const lobby = addEntrance('Lobby', false)
    const [room] = ['Room 101', 'Room 102', 'Room 103', 'Room 201', 'Room 202'].map((name) =>
      addEntrance(name, true),
    )
    const guest: UserIdentityRow = {
      user_identity_id: randomUUID(),
      workspace_id: workspaceId,
      user_identity_key: null,
      full_name: 'Demo Guest',
      email_address: null,
      phone_number: null,
      created_at: nowOf(hub),
    }
    store.userIdentities.insert(guest)
    const startsAtMs = Math.floor(hub.clock.now() / 1000) * 1000
    createGrant(
      hub,
      {
        workspace_id: workspaceId,
        access_grant_key: null,
        reservation_key: null,
        user_identity_id: guest.user_identity_id,
        name: 'Demo stay in Room 101',
        acs_system_id: system.acs_system_id,
        acs_entrance_ids: [lobby.acs_entrance_id, ...(room === undefined ? [] : [room.acs_entrance_id])],
        starts_at: isoAt(startsAtMs),
        ends_at: isoAt(startsAtMs + STAY_MS),
      },
      [{ mode: 'card' }],
    )
  })
