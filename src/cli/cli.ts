import { type Command, CommanderError } from 'commander'
import { defaultDataDir } from '../config/data-dir.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { exitCodeOf } from './exit-codes.ts'
import type { ExitCode } from './exit-codes.ts'
import { printable } from './printable.ts'
import { createProgram } from './program.ts'
import type { Act } from './act.ts'
import type { Runtime } from './runtime.ts'
import { processTerminal } from './terminal.ts'
import type { Terminal } from './terminal.ts'
import { faultLines } from './texts.ts'
import { createVoice, type Voice } from './voice.ts'
import { helpFor, wrongCommand } from './wrong-command.ts'

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
  const tell = (error: BridgeError, voice: Voice, nextStep: string = error.facts.nextStep): void => {
    const fault = { code: error.code, message: error.message, owner: error.facts.owner, next_step: nextStep }
    voice.give({ error: fault })
    // Whoever stopped it knows why; nothing of it is anybody's to fix.
    const lines = error.code === 'aborted' ? ['Stopped.'] : ['It did not work.', ...faultLines(fault)]
    terminal.err.write([...lines.map(printable), ''].join('\n'))
    code = exitCodeOf(error.code)
  }
  const act: Act = async (flags, work) => {
    const voice = createVoice(terminal, flags.json ?? false)
    try {
      code = await work({ runtime, terminal, voice })
    } catch (thrown) {
      tell(toBridgeError(thrown), voice)
    }
  }
  const program = createProgram(runtime.version, defaultDataDir(process.env, process.platform), act)
  const output = {
    writeOut: (text: string) => void terminal.out.write(text),
    writeErr: (text: string) => void terminal.err.write(text),
    // Said in our own words below.
    outputError: () => undefined,
  }
  let stopped: Command = program
  for (const command of [
    program,
    ...program.commands,
    ...program.commands.flatMap((each) => each.commands),
  ]) {
    command.configureOutput(output).exitOverride((error) => {
      stopped = command
      throw error
    })
  }
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    // Help and the version end here too; help that nobody asked for stands in for a missing command.
    if (error.exitCode === 0) return 0
    if (error.code === 'commander.help') return 2
    const wrong = new BridgeError('request_invalid', wrongCommand(stopped, error), { cause: error })
    tell(wrong, createVoice(terminal, argv.includes('--json')), helpFor(stopped))
  }
  return code
}
