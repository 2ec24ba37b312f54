import { Argument, type Command, Option } from 'commander'
import type { Role } from '../control/schema/people.ts'
import type { Shell } from './completion/shells.ts'
import { parseSeconds } from './flags.ts'
import type { Act, Declare } from './act.ts'
import type { Data } from './program.ts'

interface Shared {
  readonly data: Option
  readonly config: Option
}

type ConfigFlags = Data & { config?: string }

/** The configuration file, with or without a daemon. */
const addConfigCommands = (command: Declare, { data, config }: Shared, act: Act): void => {
  const parent = command('config', 'show and change the configuration').enablePositionalOptions()
  const load = () => import('./commands/config.ts')

  command('show', 'show what a daemon would run with, without keys', parent)
    .addOption(data)
    .addOption(config)
    .action((flags: ConfigFlags) => act(flags, async (context) => (await load()).configShow(context, flags)))

  command('check', 'find out whether a daemon would start with it', parent)
    .addOption(data)
    .addOption(config)
    .action((flags: ConfigFlags) => act(flags, async (context) => (await load()).configCheck(context, flags)))

  command('path', 'print which file it is', parent)
    .addOption(data)
    .addOption(config)
    .action((flags: ConfigFlags) => act(flags, async (context) => (await load()).configPath(context, flags)))

  command('set', 'change one setting of the file', parent)
    .argument('<key>', 'setting, like log.level or devices[0].name')
    .argument('<value>', 'value as YAML; null takes the setting away')
    .addOption(data)
    .addOption(config)
    .action((key: string, value: string, flags: ConfigFlags) =>
      act(flags, async (context) => (await load()).configSet(context, key, value, flags)),
    )

  parent
    .command('schema')
    .description('print the JSON Schema of the file, for editors')
    .action(() => act({}, async (context) => (await load()).configSchema(context)))
}

/** What installers and support need besides the desk's work. */
export const addUpkeepCommands = (program: Command, command: Declare, shared: Shared, act: Act): void => {
  const { data } = shared

  command('open', 'open the page of the desk in the browser')
    .addOption(data)
    .option('--print', 'print the link instead; it signs in whoever opens it first')
    .addOption(
      new Option(
        '--role <role>',
        'what the browser may do until somebody is named (default: installer)',
      ).choices(['installer', 'operator', 'read_only']),
    )
    .action((flags: Data & { print?: boolean; role?: Role }) =>
      act(flags, async (context) => (await import('./commands/open.ts')).open(context, flags)),
    )

  command('deliver', 'show what is to be handed over, once it is issued')
    .argument('<id>', 'access grant, access method or reservation')
    .addOption(data)
    .option('--reveal', 'also show PIN codes, links and tokens; the audit keeps that they were shown')
    .action((id: string, flags: Data & { reveal?: boolean }) =>
      act(flags, async (context) => (await import('./commands/deliver.ts')).deliver(context, id, flags)),
    )

  command('diagnose', 'keep everything while a fault is shown, and save what support needs')
    .addOption(data)
    .option(
      '--seconds <count>',
      'how long to keep everything (default: until somebody says so)',
      parseSeconds,
    )
    .option('--out <file>', 'new file (default: one named after the time, here)')
    .action((flags: Data & { seconds?: number; out?: string }) =>
      act(flags, async (context) => (await import('./commands/diagnose.ts')).diagnose(context, flags)),
    )

  addConfigCommands(command, shared, act)

  command('drivers', 'list what this program can talk to').action((flags: { json?: boolean }) =>
    act(flags, async (context) => (await import('./commands/drivers.ts')).listDrivers(context)),
  )

  program
    .command('completion')
    .description('print what a shell loads to complete this command line')
    .addArgument(new Argument('<shell>', 'shell').choices(['bash', 'zsh', 'fish', 'powershell']))
    .action((shell: Shell) =>
      act({}, async ({ terminal }) => {
        const { completionScripts } = await import('./completion/shells.ts')
        const { completedTree } = await import('./completion/tree.ts')
        terminal.out.write(completionScripts[shell](completedTree(program)))
        return 0
      }),
    )
}
