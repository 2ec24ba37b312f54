import type { Context } from './context.ts'
import type { ControlClient } from '../client/index.ts'
import { openControlClient } from './control-client.ts'
import { exitCodeOfEnding } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { followSession } from './follow-session.ts'
import { endingLines } from './texts.ts'

/** Orders something at the daemon, follows it, and tells how it ended. */
export const orderAndFollow = async (
  { terminal, voice }: Context,
  request: {
    readonly dataDir: string
    readonly isConfirmed: boolean
    order(client: ControlClient): Promise<{ order_id: string }>
  },
): Promise<ExitCode> => {
  const connect = (): Promise<ControlClient> => openControlClient(request.dataDir)
  const session = await followSession(async () => (await request.order(await connect())).order_id, {
    terminal,
    voice,
    connect,
    isConfirmed: request.isConfirmed,
  })
  voice.give(session)
  if (session.ending === null) return 1
  voice.say(...endingLines(session.kind, session.ending))
  return exitCodeOfEnding(session.ending)
}
