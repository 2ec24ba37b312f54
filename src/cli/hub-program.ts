import type { Command, Option } from 'commander'
import type { Act, Declare } from './act.ts'
import { parseCount, parseHours, parseHub, parseUuid } from './flags.ts'
import { HUB_ENDPOINT } from './hub-access.ts'
import type { HubAccess } from './hub-access.ts'

/** What an operator does at a hub that runs. */
export const addHubOperations = (
  command: Declare,
  hub: Command,
  options: { readonly data: Option; readonly apiKey: Option },
  act: Act,
): void => {
  const group = (name: string, description: string): Command =>
    hub.command(name).description(description).enablePositionalOptions()
  const operation = (name: string, description: string, parent: Command): Command =>
    command(name, description, parent)
      .option('--hub <url>', 'address of the hub', parseHub, HUB_ENDPOINT)
      .addOption(options.apiKey)
      .addOption(options.data)
  const keys = async () => import('./commands/hub-keys.ts')
  const bridges = async () => import('./commands/hub-bridges.ts')
  const enrolment = async () => import('./commands/hub-enrol.ts')

  const keyGroup = group('keys', 'API keys of the workspace')
  operation('list', 'list them, without the keys themselves', keyGroup).action((flags: HubAccess) =>
    act(flags, async (context) => (await keys()).listKeys(context, flags)),
  )
  operation('create', 'make one, which is printed once', keyGroup)
    .argument('<name>', 'what people call it')
    .option('--operator', 'it may make and withdraw keys, bridges and enrolment tokens too')
    .action((name: string, flags: HubAccess & { operator?: boolean }) =>
      act(flags, async (context) => (await keys()).createKey(context, name, flags)),
    )
  operation('rotate', 'make one in the place of another', keyGroup)
    .argument('<id>', 'id, as list shows it', parseUuid)
    .option('--overlap <hours>', 'how long the other one stays good', parseHours, 0)
    .action((id: string, flags: HubAccess & { overlap: number }) =>
      act(flags, async (context) => (await keys()).rotateKey(context, id, flags)),
    )
  operation('revoke', 'end one at once', keyGroup)
    .argument('<id>', 'id, as list shows it', parseUuid)
    .action((id: string, flags: HubAccess) =>
      act(flags, async (context) => (await keys()).revokeKey(context, id, flags)),
    )

  const bridgeGroup = group('bridges', 'desks of the workspace')
  operation('list', 'show them, connected or when last seen, and their clocks', bridgeGroup).action(
    (flags: HubAccess) => act(flags, async (context) => (await bridges()).listBridges(context, flags)),
  )
  operation('rotate', 'offer one a new token over its channel', bridgeGroup)
    .argument('<id>', 'id, as list shows it', parseUuid)
    .action((id: string, flags: HubAccess) =>
      act(flags, async (context) => (await bridges()).rotateBridge(context, id, flags)),
    )
  operation('revoke', 'end one at once: its token, its channel, its encoders', bridgeGroup)
    .argument('<id>', 'id, as list shows it', parseUuid)
    .action((id: string, flags: HubAccess) =>
      act(flags, async (context) => (await bridges()).revokeBridge(context, id, flags)),
    )

  const enrolGroup = group('enrol', 'tokens that each take one desk into an access system')
  operation('create', 'make tokens, which are printed once', enrolGroup)
    .requiredOption('--site <id>', 'access system that they enrol into', parseUuid)
    .option('--expires <hours>', 'how long they are good', parseHours, 72)
    .option('--count <count>', 'how many', parseCount, 1)
    .action((flags: HubAccess & { site: string; expires: number; count: number }) =>
      act(flags, async (context) => (await enrolment()).createTokens(context, flags)),
    )
  operation('list', 'show them, without the tokens themselves', enrolGroup).action((flags: HubAccess) =>
    act(flags, async (context) => (await enrolment()).listTokens(context, flags)),
  )
  operation('revoke', 'end one that was not used', enrolGroup)
    .argument('<id>', 'id, as list shows it', parseUuid)
    .action((id: string, flags: HubAccess) =>
      act(flags, async (context) => (await enrolment()).revokeToken(context, id, flags)),
    )
}
