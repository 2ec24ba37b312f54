import { expect } from 'vitest'
import { runCommand } from './command.ts'

/** An error as a command tells it. */
export interface Told {
  readonly exit: number | string
  readonly code: string
  readonly message: string
  readonly owner: string
  readonly nextStep: string
}

/** What no person at a desk should have to read. */
const stackTrace = /^\s+at .+:\d+|node:internal|Error: /m

/**
 * Runs a command that must fail, with `--json`, and returns its one error, having checked that people read the same on
 * standard error: one cause with its code, whose it is to fix, one next step, and no stack trace.
 */
export const runToFailure = async (args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Told> => {
  const { code: exit, stdout, stderr } = await runCommand([...args, '--json'], env)
  expect(stdout).toMatch(/^\{"error":.+\}\n$/)
  const { error } = JSON.parse(stdout) as {
    error: { code: string; message: string; owner: string; next_step: string }
  }
  expect(stderr.split('\n').map((line) => line.replace(/ {2,}/g, ' ').trim())).toEqual([
    'It did not work.',
    `Cause: ${error.message} (${error.code})`,
    expect.stringMatching(/^Whose to fix: .+/),
    `Next step: ${error.next_step}`,
    '',
  ])
  expect(stderr).not.toMatch(stackTrace)
  const { code, message, owner, next_step: nextStep } = error
  return { exit, code, message, owner, nextStep }
}

/** As `runToFailure`, for a command line that can't be understood: the exit code is 2, and only standard error says why. */
export const runToUsage = async (args: readonly string[]): Promise<string> => {
  const { code, stdout, stderr } = await runCommand(args)
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  expect(stderr).toMatch(/^It did not work\.\n {2}Cause: .+\n {2}Whose to fix: .+\n {2}Next step: .+--help/)
  expect(stderr).not.toMatch(stackTrace)
  return stderr
}
