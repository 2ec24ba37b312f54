import { allCommands, type CompletedCommand } from './tree.ts'

const program = 'encoder-bridge'

/** Single quotes, as sh, zsh and fish read them; the texts are ours and hold no backslash. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

const wordsOf = ({ commands, flags, argument }: CompletedCommand): string =>
  [
    ...commands.map(({ name }) => name),
    ...(argument === 'file' ? [] : argument),
    ...flags.map(({ name }) => name),
  ].join(' ')

/** Bash: GNU Bash Reference Manual, “Programmable Completion”. Also read by zsh through bashcompinit. */
const bash = (tree: CompletedCommand): string => {
  const commands = allCommands(tree)
  const paths = commands.filter(({ path }) => path !== '').map(({ path }) => quoted(path))
  const values = commands.flatMap(({ path, flags }) =>
    flags.flatMap(({ name, value }) => {
      if (value === null) return []
      const reply = value === 'file' ? 'compgen -f' : `compgen -W ${quoted(value.join(' '))}`
      return [`    ${quoted(`${path} ${name}`)}) COMPREPLY=($(${reply} -- "$cur")); return ;;`]
    }),
  )
  const words = commands.map((command) => {
    const files = command.argument === 'file' ? ' $(compgen -f -- "$cur")' : ''
    return `    ${quoted(command.path)}) COMPREPLY=($(compgen -W ${quoted(wordsOf(command))} -- "$cur")${files}) ;;`
  })
  return `_encoder_bridge() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path='' next word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    next="\${path:+$path }$word"
    case "$next" in
      ${paths.join(' | ')}) path="$next" ;;
    esac
  done
  case "$path $prev" in
${values.join('\n')}
  esac
  case "$path" in
${words.join('\n')}
  esac
}
complete -o filenames -F _encoder_bridge ${program}
`
}

/** zsh reads completions of bash (zshcompsys(1), “bashcompinit”). */
const zsh = (tree: CompletedCommand): string => `#compdef ${program}
autoload -U +X bashcompinit && bashcompinit
${bash(tree)}`

/** fish: fish-completions(7). */
const fish = (tree: CompletedCommand): string => {
  const seen = (path: string): string =>
    path === ''
      ? '__fish_use_subcommand'
      : path
          .split(' ')
          .map((word) => `__fish_seen_subcommand_from ${word}`)
          .join('; and ')
  const lines = allCommands(tree).flatMap((command) => {
    const when = `complete -c ${program} -n ${quoted(seen(command.path))}`
    return [
      ...command.commands.map(({ name, description }) => `${when} -f -a ${name} -d ${quoted(description)}`),
      ...(command.argument === 'file' || command.argument.length === 0
        ? []
        : [`${when} -f -a ${quoted(command.argument.join(' '))}`]),
      ...command.flags.map(({ name, description, value }) => {
        const long = `${when} -l ${name.slice(2)} -d ${quoted(description)}`
        if (value === null) return long
        return value === 'file' ? `${long} -r -F` : `${long} -x -a ${quoted(value.join(' '))}`
      }),
    ]
  })
  return `${[`complete -c ${program} -e`, ...lines].join('\n')}\n`
}

const inPowershell = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** PowerShell: about_Functions_Argument_Completion, Register-ArgumentCompleter -Native. */
const powershell = (tree: CompletedCommand): string => {
  const commands = allCommands(tree)
  const list = (words: readonly string[]): string => `@(${words.map(inPowershell).join(', ')})`
  const words = commands.map(
    (command) => `    ${inPowershell(command.path)} = ${list(wordsOf(command).split(' '))}`,
  )
  const values = commands.flatMap(({ path, flags }) =>
    flags.flatMap(({ name, value }) =>
      value === null || value === 'file' || value.length === 0
        ? []
        : [`    ${inPowershell(`${path} ${name}`)} = ${list(value)}`],
    ),
  )
  return `Register-ArgumentCompleter -Native -CommandName ${program} -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @{
${words.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $before = @($commandAst.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($wordToComplete -ne '' -and $before.Count -gt 0) { $before = @($before | Select-Object -SkipLast 1) }
  $path = ''
  foreach ($word in $before) {
    $next = "$path $word".Trim()
    if ($words.ContainsKey($next)) { $path = $next }
  }
  $known = $words[$path]
  if ($before.Count -gt 0 -and $values.ContainsKey("$path $($before[-1])")) { $known = $values["$path $($before[-1])"] }
  $known | Where-Object { $_ -like "$wordToComplete*" } |
    ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
}
`
}

/** The script that a shell loads to complete the command line, made from the commands themselves. */
export const completionScripts = { bash, zsh, fish, powershell } as const satisfies Readonly<
  Record<string, (tree: CompletedCommand) => string>
>

export type Shell = keyof typeof completionScripts
