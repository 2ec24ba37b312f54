import type { Command } from 'commander'

/** A flag, and what may stand behind it. */
interface CompletedFlag {
  readonly name: string
  readonly description: string
  /** Null where it takes no value; `file` for a path; else the words that it allows, or none that are known. */
  readonly value: 'file' | readonly string[] | null
}

/** A command with what can follow it. */
export interface CompletedCommand {
  /** Its words behind the program's name; empty for the program itself. */
  readonly path: string
  readonly name: string
  readonly description: string
  readonly commands: readonly CompletedCommand[]
  readonly flags: readonly CompletedFlag[]
  /** What its arguments may be: words, or `file`. */
  readonly argument: 'file' | readonly string[]
}

const isFile = (valueName: string): boolean => /^(?:file|dir|path|socket)$/.test(valueName)

const nameOfValue = (flags: string): string => /[<[]([\w-]+)/.exec(flags)?.[1] ?? ''

const flagsOf = (command: Command): CompletedFlag[] => [
  ...command.options.flatMap((option) => {
    if (option.long === undefined || option.long === null) return []
    const value = option.required || option.optional
    const choices = option.argChoices ?? []
    const allowed = isFile(nameOfValue(option.flags)) ? ('file' as const) : choices
    return [{ name: option.long, description: option.description, value: value ? allowed : null }]
  }),
  { name: '--help', description: 'display help for command', value: null },
]

/** Commander's own tree, as a shell has to know it. */
export const completedTree = (command: Command, path = ''): CompletedCommand => {
  const [argument] = command.registeredArguments
  return {
    path,
    name: command.name(),
    description: command.description(),
    commands: command.commands.map((one) =>
      completedTree(one, path === '' ? one.name() : `${path} ${one.name()}`),
    ),
    flags: flagsOf(command),
    argument: argument === undefined ? [] : isFile(argument.name()) ? 'file' : (argument.argChoices ?? []),
  }
}

export const allCommands = (command: CompletedCommand): readonly CompletedCommand[] => [
  command,
  ...command.commands.flatMap(allCommands),
]
