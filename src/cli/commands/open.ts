import { setTimeout as pause } from 'node:timers/promises'
import type { Role } from '../../control/schema/people.ts'
import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { openBrowser } from '../open-browser.ts'

/** `encoder-bridge open`: signs the browser of this computer in to the page of the desk. */
export const open = async (
  { voice }: Context,
  options: { readonly data: string; readonly print?: boolean; readonly role?: Role },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const { url, expires_at: expiresAt } = await client.makePageLink({ role: options.role ?? 'installer' })
  if (options.print === true) {
    voice.give({ url, expires_at: expiresAt })
    if (!voice.isJson) voice.say(url)
    return 0
  }
  voice.say('Opening the page in the browser …')
  await openBrowser(url, { pause })
  voice.give({ opened: true })
  return 0
}
