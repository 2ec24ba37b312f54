import type { StatusResponse } from '../../control/schema.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { workLine } from '../choose-work.ts'
import { encoderLines, faultLines, skewText } from '../texts.ts'

const linkText = ({ state, transport, hub_endpoint: hub }: StatusResponse['link']): string => {
  const where = hub === null ? '' : ` to ${hub}`
  const how = transport === null ? '' : ` over ${transport}`
  return `${state}${where}${how}`
}

const outboxText = ({ waiting, oldest_at: oldestAt, refused }: StatusResponse['outbox']): string => {
  const waits =
    waiting === 0 ? 'the hub has every result' : `${waiting} wait for the hub, the oldest since ${oldestAt}`
  return refused === 0 ? waits : `${waits}; ${refused} were refused for good`
}

/** `encoder-bridge status`: what the daemon does at this moment. */
export const status = async ({ voice }: Context, options: { readonly data: string }): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const [now, work] = await Promise.all([client.status(), client.work()])
  voice.give({ ...now, work: work.items })
  if (voice.isJson) return 0
  const sessions = now.sessions.map((session) => [
    `  ${session.order_id}`,
    session.kind,
    session.encoder_name ?? '',
    session.prompt,
  ])
  voice.say(
    ...alignColumns([
      ['Version', now.version],
      ['Since', now.started_at],
      ['Link', linkText(now.link)],
      ...(now.link.clock_skew_ms === null ? [] : [['Clock', skewText(now.link.clock_skew_ms)]]),
      ['Results', outboxText(now.outbox)],
      ...(now.rooms.count === 0 ? [] : [['Rooms', `${now.rooms.count} in the list`]]),
    ]),
    ...(now.link.error === null ? [] : faultLines(now.link.error)),
    ...(now.rooms.error === null ? [] : faultLines(now.rooms.error)),
    'Encoders',
    ...encoderLines(now.encoders),
    'Cards to make',
    ...(work.items.length === 0 ? ['  none wait'] : work.items.map((item) => `  ${workLine(item)}`)),
    'Sessions',
    ...(sessions.length === 0 ? ['  none open'] : alignColumns(sessions)),
  )
  return 0
}
