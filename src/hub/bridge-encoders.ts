import type { ChannelEncoder } from '../contract/channel.ts'
import { BridgeError } from '../contract/errors.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { emit } from './events.ts'
import type { AcsEncoderRow } from './store-acs.ts'
import type { BridgeRow } from './store-bridges.ts'
import type { EventType } from './store-events.ts'

/** As many as a desk's configuration may name. */
const MAX_ENCODERS = 64

const emitForEncoder = (hub: HubContext, encoder: AcsEncoderRow, type: EventType): void => {
  const system = hub.store.systems.find({ acs_system_id: encoder.acs_system_id })
  emit(hub, encoder.workspace_id, type, {
    acs_encoder_id: encoder.acs_encoder_id,
    acs_system_id: encoder.acs_system_id,
    ...(system === null ? {} : { connected_account_id: system.connected_account_id }),
  })
}

/** A PC that was paired again brings its encoders and results along, once its earlier pairing is gone from the channel. */
export const mayTakeOver = (hub: HubContext, bridge: BridgeRow, ownerId: string): boolean => {
  const owner = hub.store.bridges.find({ bridge_id: ownerId })
  return owner?.machine_key === bridge.machine_key && !hub.outbound.isConnected(ownerId)
}

const registerOne = (hub: HubContext, bridge: BridgeRow, told: ChannelEncoder): void => {
  const where = { workspace_id: bridge.workspace_id, acs_encoder_id: told.acs_encoder_id }
  const known = hub.store.encoders.find(where)
  const facts = {
    acs_system_id: bridge.acs_system_id,
    bridge_id: bridge.bridge_id,
    display_name: told.display_name,
    driver: told.driver,
    kind: told.kind,
    technologies: told.technologies,
    is_online: told.is_online,
    removed_at: null,
  }
  if (known === null) {
    const encoder: AcsEncoderRow = { ...where, ...facts, created_at: nowOf(hub) }
    hub.store.encoders.insert(encoder)
    emitForEncoder(hub, encoder, 'acs_encoder.added')
    return
  }
  if (known.bridge_id !== bridge.bridge_id && !mayTakeOver(hub, bridge, known.bridge_id)) {
    throw new BridgeError('hub_refused', `The encoder ${told.acs_encoder_id} belongs to another bridge.`)
  }
  hub.store.encoders.update(where, facts)
  if (known.removed_at !== null) emitForEncoder(hub, { ...known, ...facts }, 'acs_encoder.added')
}

/**
 * The encoders of a bridge are those that it lists; one that it no longer lists is removed.
 * Throws `hub_refused` for an encoder of another bridge and for more than a desk can have, and then nothing has changed.
 */
export const registerEncoders = (hub: HubContext, bridge: BridgeRow, told: readonly ChannelEncoder[]): void =>
  hub.store.transaction(() => {
    if (told.length > MAX_ENCODERS) {
      throw new BridgeError('hub_refused', `A bridge has at most ${MAX_ENCODERS} encoders.`)
    }
    for (const one of told) registerOne(hub, bridge, one)
    const listed = new Set(told.map((one) => one.acs_encoder_id))
    for (const gone of hub.store.encoders.all({ bridge_id: bridge.bridge_id, removed_at: null })) {
      if (listed.has(gone.acs_encoder_id)) continue
      hub.store.encoders.update(
        { workspace_id: gone.workspace_id, acs_encoder_id: gone.acs_encoder_id },
        { removed_at: nowOf(hub), is_online: false },
      )
      emitForEncoder(hub, gone, 'acs_encoder.removed')
    }
  })
