import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

/** The built command, as `npx encoder-bridge` runs it. */
const commandPath = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url))

/** A test that runs out of time leaves no process behind. */
const children = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})

/** A process of the built command. */
export interface RunningCommand {
  readonly child: ChildProcess
  /** The first line of standard output as JSON; rejects with what was printed when the process ends before it. */
  readonly ready: Promise<Record<string, unknown>>
  /** Everything printed so far, for messages of failing tests. */
  output(): string
  /** Resolves with the exit code, or the signal's name. */
  readonly exited: Promise<number | string>
  /** SIGTERM, then the end. */
  stop(): Promise<number | string>
  /** SIGKILL, then the end. */
  kill(): Promise<void>
}

/** Starts the built command; `--json` commands announce themselves with one line. */
export const startCommand = (args: readonly string[], env: NodeJS.ProcessEnv = {}): RunningCommand => {
  const child = spawn(process.execPath, [commandPath, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const printed: string[] = []
  const exited = once(child, 'exit').then(([code, signal]) => {
    children.delete(child)
    return (code ?? signal) as number | string
  })
  child.stderr.on('data', (chunk: Buffer) => printed.push(chunk.toString()))
  const lines = createInterface({ input: child.stdout })
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    lines.on('line', (line) => {
      printed.push(`${line}\n`)
      try {
        resolve(JSON.parse(line) as Record<string, unknown>)
      } catch {
        reject(new Error(`not JSON: ${line}`))
      }
    })
    void exited.then((code) => reject(new Error(`ended with ${String(code)}:\n${printed.join('')}`)))
  })
  ready.catch(() => undefined)
  return {
    child,
    ready,
    output: () => printed.join(''),
    exited,
    stop: async () => {
      child.kill('SIGTERM')
      return exited
    },
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs the built command to its end. */
export const runCommand = async (
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ code: number | string; stdout: string; stderr: string }> => {
  const child = spawn(process.execPath, [commandPath, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const stdout: Buffer[] = []
  const stderr: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null]
  return {
    code: code ?? signal ?? -1,
    stdout: Buffer.concat(stdout).toString(),
    stderr: Buffer.concat(stderr).toString(),
  }
}
