import type { ControlClient } from '../../client/index.ts'
import { openProgress } from '../progress.ts'
import type { Context } from '../context.ts'

/** Shows on the side what the clerk sees: the prompt when it changes, and the bar. */
export const watchDesk = async ({ terminal, voice }: Context, client: ControlClient) => {
  const progress = await openProgress(terminal.out, voice.isJson)
  let prompt = ''
  return {
    look: async (): Promise<void> => {
      const { sessions } = await client.sessions()
      const session = sessions.find(({ state }) => state !== 'ended')
      if (session?.state === 'writing' && session.progress !== null) {
        progress.show('writing', session.progress.done, session.progress.total)
      } else {
        progress.stop()
      }
      if (session === undefined || session.prompt === prompt) return
      prompt = session.prompt
      voice.say(`  desk: ${prompt}`)
    },
    stop: (): void => progress.stop(),
  }
}
