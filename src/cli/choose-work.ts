import type { ControlClient } from '../client/index.ts'
import { BridgeError } from '../contract/errors.ts'
import type { WorkItemBody } from '../control/schema/work.ts'
import type { Terminal } from './terminal.ts'

/** One card that waits, as a clerk tells it from the others. */
export const workLine = (item: WorkItemBody): string => {
  const doors = item.doors.map(({ display_name: name }) => name).join(', ')
  const until = item.ends_at === null ? 'no end' : `to ${item.ends_at}`
  return [
    item.reservation_key ?? item.access_method_id,
    doors === '' ? 'no door' : doors,
    `${item.starts_at} ${until}`,
    ...(item.action === 'assign' ? ['a card of your stock'] : []),
    ...(item.is_reissue ? ['again: its times have changed'] : []),
  ].join(' · ')
}

/** Has the clerk choose among the cards that wait at this desk. Rejects `request_invalid` where there is nobody or nothing to ask. */
export const chooseWork = async (
  connect: () => Promise<ControlClient>,
  terminal: Terminal,
): Promise<WorkItemBody> => {
  if (terminal.choose === undefined) {
    throw new BridgeError('request_invalid', 'Without a terminal, name the access method.')
  }
  const { items, error } = await (await connect()).refreshWork()
  if (items.length === 0) {
    const why = error === null ? '' : ` ${error.message}`
    throw new BridgeError('request_invalid', `No card waits to be made here.${why}`)
  }
  const index = await terminal.choose('Which card?', items.map(workLine))
  const chosen = index === null ? undefined : items[index]
  if (chosen === undefined) throw new BridgeError('aborted')
  return chosen
}
