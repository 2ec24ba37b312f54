import { CommanderError } from 'commander'
import { defaultDataDir } from '../config/data-dir.ts'
import { toBridgeError } from '../contract/errors.ts'
import { exitCodeOf } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { printable } from './printable.ts'
import { createProgram } from './program.ts'
import type { Act } from './program.ts'
import type { Runtime } from './runtime.ts'
import { processTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { faultLines } from './texts.ts'
import { createVoice } from './voice.ts'

/**
 * Runs one command line and resolves with its exit code (exit-codes.ts). Never rejects for an error of the command: it is
 * told on standard error, with cause, owner and next step, and with --json also as `{"error"}` on standard output.
 * Sockets may still be open when it resolves: the caller ends the process.
 * @param argv without node and the script
 */
export const runCli = async (
  argv: readonly string[],
  runtime: Runtime,
  terminal: Terminal = processTerminal(),
): Promise<ExitCode> => {
  let code: ExitCode = 0
  const act: Act = async (flags, work) => {
    const voice = createVoice(terminal, flags.json ?? false)
    try {
      code = await work({ runtime, terminal, voice })
    } catch (thrown) {
      const error = toBridgeError(thrown)
      const { owner, nextStep } = error.facts
      const fault = { code: error.code, message: error.message, owner, next_step: nextStep }
      voice.give({ error: fault })
      terminal.err.write(['It did not work.', ...faultLines(fault).map(printable), ''].join('\n'))
      code = exitCodeOf(error.code)
    }
  }
  const program = createProgram(runtime.version, defaultDataDir(process.env, process.platform), act)
  const output = {
    writeOut: (text: string) => void terminal.out.write(text),
    writeErr: (text: string) => void terminal.err.write(text),
  }
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((each) => each.commands),
  ]) {
    command.exitOverride().configureOutput(output)
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Commander ends with 1 for a wrong command line, and with 0 for help and the version.
    return error.exitCode === 0 ? 0 : 2
  }
  return code
}
