import { BridgeOverviewResponse } from '../../contract/hub-operations.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { openHub } from '../hub-access.ts'
import type { HubAccess } from '../hub-access.ts'
import { alignColumns } from '../table.ts'
import { skewText } from '../texts.ts'

/** `hub bridges list` */
export const listBridges = async ({ voice }: Context, access: HubAccess): Promise<ExitCode> => {
  const { bridges } = BridgeOverviewResponse.parse(await openHub(access).call('/bridges/overview', {}))
  voice.give(bridges)
  const rows = bridges.map((one) => [
    one.bridge_id,
    one.name,
    one.is_connected ? 'connected' : `last seen ${one.last_seen_at ?? 'never'}`,
    one.clock_skew_ms === null ? '' : `clock ${skewText(one.clock_skew_ms)}`,
    one.is_token_rotation_pending ? 'a new token waits to be used' : '',
  ])
  voice.say(...(rows.length === 0 ? ['No desk is paired.'] : alignColumns(rows)))
  return 0
}

/** `hub bridges rotate ID` */
export const rotateBridge = async ({ voice }: Context, id: string, access: HubAccess): Promise<ExitCode> => {
  voice.give(await openHub(access).call('/bridges/rotate_token', { bridge_id: id }))
  voice.say('The desk is offered a new token. The one before stays good until the desk has used it.')
  return 0
}

/** `hub bridges revoke ID` */
export const revokeBridge = async ({ voice }: Context, id: string, access: HubAccess): Promise<ExitCode> => {
  voice.give(await openHub(access).call('/bridges/revoke', { bridge_id: id }))
  voice.say('The desk is out. To have it back, pair it again.')
  return 0
}
