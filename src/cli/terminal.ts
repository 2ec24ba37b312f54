import { printable } from './printable.ts'

/** Where a command's words go and where its interruptions come from. A test hands in its own. */
export interface Terminal {
  /** Results, and with --json nothing else. */
  readonly out: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Errors, logs and, with --json, what people read. */
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean }
  /** Calls the observer at every Ctrl-C and every request to stop, until the returned function is called. */
  onInterrupt(observer: () => void): () => void
  /** Asks yes or no; null when whoever was asked gave up, or the signal fired. Undefined where nobody can be asked. */
  readonly confirm: ((question: string, signal: AbortSignal) => Promise<boolean | null>) | undefined
  /** Has one of the lines chosen, by its index; null when whoever was asked gave up. Undefined where nobody can be asked. */
  readonly choose: ((question: string, lines: readonly string[]) => Promise<number | null>) | undefined
}

/** SIGBREAK is Ctrl-Break and SIGHUP the closed window on Windows; elsewhere SIGHUP stays as `nohup` sets it. */
const interruptions =
  process.platform === 'win32'
    ? (['SIGINT', 'SIGTERM', 'SIGBREAK', 'SIGHUP'] as const)
    : (['SIGINT', 'SIGTERM'] as const)

const ask = async (question: string, signal: AbortSignal): Promise<boolean | null> => {
  const { confirm, isCancel } = await import('@clack/prompts')
  const answer = await confirm({ message: question, initialValue: false, signal })
  return isCancel(answer) ? null : answer
}

const chooseLine = async (question: string, lines: readonly string[]): Promise<number | null> => {
  const prompts = await import('@clack/prompts')
  const options = lines.map((line, value) => ({ value, label: printable(line) }))
  const answer = await prompts.select({ message: question, options, maxItems: 12 })
  return prompts.isCancel(answer) ? null : answer
}

/** A reader that has seen enough closes the pipe; a daemon goes on without it. */
const ignoreClosedPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code !== 'EPIPE') throw error
}

/** The terminal of this process. Called once. */
export const processTerminal = (): Terminal => {
  process.stdout.on('error', ignoreClosedPipe)
  process.stderr.on('error', ignoreClosedPipe)
  const isManned = process.stdin.isTTY && process.stdout.isTTY
  return {
    out: process.stdout,
    err: process.stderr,
    onInterrupt: (observer) => {
      for (const signal of interruptions) process.on(signal, observer)
      return () => {
        for (const signal of interruptions) process.off(signal, observer)
      }
    },
    confirm: isManned ? ask : undefined,
    choose: isManned ? chooseLine : undefined,
  }
}
