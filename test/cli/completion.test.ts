import { spawnSync } from 'node:child_process'
import { Command } from 'commander'
import { describe, expect, test } from 'vitest'
import { completionScripts } from '../../src/cli/completion/shells.ts'
import { allCommands, completedTree } from '../../src/cli/completion/tree.ts'
import { createProgram } from '../../src/cli/program.ts'
import { runCommand } from '../support/command-line.ts'
import { testUnless } from '../support/skip.ts'

const program = createProgram('1.2.3', 'DIR', async () => undefined)
const tree = completedTree(program)

const isThere = (shell: string): boolean => spawnSync(shell, ['-c', 'true']).status === 0
const inShell = (shell: string): typeof test | typeof test.skip =>
  testUnless(isThere(shell) ? null : `completion: ${shell} is not installed`)

/** What bash offers for these words, the last of which is being typed. */
const offeredByBash = (...words: readonly string[]): string[] => {
  const script = `${completionScripts.bash(tree)}
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _encoder_bridge; printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout, stderr, status } = spawnSync('bash', ['-c', script, 'bash', 'encoder-bridge', ...words], {
    encoding: 'utf8',
    cwd: import.meta.dirname,
  })
  if (status !== 0) throw new Error(stderr)
  return stdout.split('\n').filter((line) => line !== '')
}

const onBash = inShell('bash')

describe('in bash', () => {
  onBash('every command offers its own commands and flags', () => {
    for (const { path, commands, flags } of allCommands(tree)) {
      const offered = offeredByBash(...path.split(' ').filter((word) => word !== ''), '')
      const names = [...commands, ...flags].map(({ name }) => name)
      expect(offered, path).toEqual(expect.arrayContaining(names))
    }
  })

  onBash.each([
    [['de'], ['demo', 'devices', 'deliver']],
    [['rooms', 'im'], ['import']],
    [
      ['encode', '--purpose', ''],
      ['new', 'additional', 'replacement', 'one_shot'],
    ],
    [['encode', '--purpose', 'one'], ['one_shot']],
    [['completion', 'f'], ['fish']],
    [['devices', 'identify', '--da'], ['--data']],
    [['rooms', 'import', 'completion.te'], ['completion.test.ts']],
    [['diagnose', '--out', 'completion.te'], ['completion.test.ts']],
    // A value is no command, even where it is called like one.
    [['encode', '--encoder', 'hub', '--cop'], ['--copies']],
  ])('%j offers %j', (words, expected) => {
    expect(offeredByBash(...words).toSorted()).toEqual(expected.toSorted())
  })
})

inShell('zsh')('zsh loads its script', () => {
  const script = `autoload -U compinit && compinit -u -D\n${completionScripts.zsh(tree)}\nprint -r -- \${_comps[encoder-bridge]}`
  const { stdout, stderr, status } = spawnSync('zsh', ['-f', '-c', script], { encoding: 'utf8' })
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' })
  expect(stdout).toContain('_bash_complete')
})

inShell('fish')('fish offers commands, flags and words', () => {
  const complete = (line: string): string[] => {
    const script = `${completionScripts.fish(tree)}\ncomplete -C ${JSON.stringify(line)}`
    const { stdout, stderr } = spawnSync('fish', ['--no-config', '-c', script], { encoding: 'utf8' })
    expect(stderr).toBe('')
    return stdout
      .split('\n')
      .map((row) => row.split('\t')[0] ?? '')
      .filter((word) => word !== '')
  }
  expect(complete('encoder-bridge de')).toEqual(expect.arrayContaining(['demo', 'devices', 'deliver']))
  expect(complete('encoder-bridge rooms ')).toEqual(expect.arrayContaining(['import', 'export', 'check']))
  expect(complete('encoder-bridge encode --purpose one')).toEqual(['one_shot'])
  expect(complete('encoder-bridge completion ')).toEqual(
    expect.arrayContaining(['bash', 'zsh', 'fish', 'powershell']),
  )
})

test('the script for PowerShell has every command and the words of its flags', () => {
  const script = completionScripts.powershell(tree)
  for (const { path } of allCommands(tree)) expect(script).toContain(`    '${path}' = @(`)
  expect(script).toContain(`'encode --purpose' = @('new', 'additional', 'replacement', 'one_shot')`)
})

test('texts with apostrophes stay within their quotes', () => {
  const odd = new Command('encoder-bridge')
  odd.command('run').description("the desk's own")
  expect(completionScripts.fish(completedTree(odd))).toContain(String.raw`-d 'the desk'\''s own'`)
})

test('the command prints the script, and knows no other shell', async () => {
  expect((await runCommand(['completion', 'bash'])).out).toContain('complete -o filenames -F _encoder_bridge')
  expect((await runCommand(['completion', 'csh'])).code).toBe(2)
})
