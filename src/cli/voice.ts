import { printable, printableJson } from './printable.ts'
import type { Terminal } from './terminal.ts'

/** How a command speaks: to people, or with --json to scripts and to people beside them. */
export interface Voice {
  readonly isJson: boolean
  /** Lines for people: on standard output, with --json on standard error. */
  say(...lines: string[]): void
  /** The result for scripts: one line of JSON with --json, nothing without. */
  give(document: unknown): void
}

export const createVoice = (terminal: Terminal, isJson: boolean): Voice => ({
  isJson,
  say: (...lines) => {
    const stream = isJson ? terminal.err : terminal.out
    for (const line of lines) stream.write(`${printable(line)}\n`)
  },
  give: (document) => {
    if (isJson) terminal.out.write(`${printableJson(document)}\n`)
  },
})
