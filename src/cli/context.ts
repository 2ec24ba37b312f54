import type { Runtime } from './runtime.ts'
import type { Terminal } from './terminal.ts'
import type { Voice } from './voice.ts'

/** What every command is given. */
export interface Context {
  readonly runtime: Runtime
  readonly terminal: Terminal
  readonly voice: Voice
}
