import type { Command, CommanderError, Option } from 'commander'
import { nearest } from '../config/nearest.ts'

const pathOf = (command: Command): string =>
  command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`

/** “--encoder” of `--encoder <name>` */
const flagOf = (flags: string): string => flags.split(' ')[0] ?? flags

const described = (name: string, description: string | undefined): string =>
  description === undefined || description === '' ? name : `${name} (${description})`

const notThere = (what: string, word: string, command: Command, known: readonly string[]): string => {
  const near = nearest(word, known)
  const hint = near === null ? '' : `; the nearest is ${near}`
  return `“${word}” is no ${what} of \`${pathOf(command)}\`${hint}.`
}

const notAllowed = (value: string, option: Option | undefined, name: string, rule: string): string => {
  const choices = option?.argChoices
  if (choices === undefined) return `${name} can’t be “${value}”. ${rule}`
  const near = nearest(value, choices)
  const hint = near === null ? '' : `; the nearest is ${near}`
  return `${name} can’t be “${value}”${hint}. There are: ${choices.join(', ')}.`
}

/** How commander words what our parsers of flags and arguments refuse; the rule behind it is ours. */
const refusedOption =
  /^error: option '(.*?)' (?:argument|value) '(.*)'(?: from env '.*')? is invalid\. (.*)$/s
const refusedArgument = /^error: command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/s

/** The text of the last pair of quotation marks: what commander complains of. */
const quoted = (message: string): string => /'(.*)'/s.exec(message)?.[1] ?? ''

/** What is wrong with a command line, in one sentence for whoever typed it. `command` is the one that could not be run. */
export const wrongCommand = (command: Command, { code, message }: CommanderError): string => {
  const optionOf = (flags: string): Option | undefined => command.options.find((one) => one.flags === flags)
  const commandNames = command.commands.map((one) => one.name())
  switch (code) {
    case 'commander.unknownOption': {
      // What follows the flag may be a secret.
      const flag = quoted(message).split('=')[0] ?? ''
      const known = command.options.flatMap(({ long }) => long ?? [])
      return notThere('flag', flag, command, [...known, '--help'])
    }
    case 'commander.unknownCommand':
      return notThere('command', command.args[0] ?? '', command, commandNames)
    case 'commander.excessArguments': {
      const extra = command.args[command.registeredArguments.length] ?? ''
      return commandNames.length > 0
        ? notThere('command', extra, command, commandNames)
        : `“${extra}” is one word too many for \`${pathOf(command)}\`; put quotation marks around a name with spaces.`
    }
    case 'commander.missingArgument': {
      const name = quoted(message)
      const argument = command.registeredArguments.find((one) => one.name() === name)
      return `${described(`<${name}>`, argument?.description)} is missing.`
    }
    case 'commander.optionMissingArgument': {
      const flags = quoted(message)
      return `${described(flags, optionOf(flags)?.description)} needs a value.`
    }
    case 'commander.missingMandatoryOptionValue': {
      const flags = quoted(message)
      return `${described(flags, optionOf(flags)?.description)} is missing.`
    }
    case 'commander.conflictingOption': {
      const flags = [...message.matchAll(/'(.*?)'/g)].map(([, one]) => flagOf(one ?? ''))
      return `${flags.join(' and ')} don’t go together.`
    }
    default: {
      const [, flags = '', value = '', rule = ''] = refusedOption.exec(message) ?? []
      if (flags !== '') return notAllowed(value, optionOf(flags), flagOf(flags), rule)
      const [, given = '', name = '', reason = ''] = refusedArgument.exec(message) ?? []
      return name === '' ? message.replace(/^error: /, '') : notAllowed(given, undefined, `<${name}>`, reason)
    }
  }
}

/** The command that tells how it is done. */
export const helpFor = (command: Command): string => `\`${pathOf(command)} --help\` shows what there is.`
