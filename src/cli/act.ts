import type { Command } from 'commander'
import type { Context } from './context.ts'
import type { ExitCode } from './exit-codes.ts'

/** Runs a command's work with the context that its flags ask for. */
export type Act = (
  flags: { readonly json?: boolean },
  work: (context: Context) => Promise<ExitCode>,
) => Promise<void>

/** Declares a command under its parent. */
export type Declare = (name: string, description: string, parent?: Command) => Command
