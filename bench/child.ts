import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** Runs a script of this folder with plain Node; resolves when it has printed its first line. */
export const startScript = async (file: string, args: readonly string[]): Promise<ChildProcess> => {
  const script = fileURLToPath(new URL(file, import.meta.url))
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = once(child, 'exit').then(() => {
    throw new Error(`${file} ended before it was ready.`)
  })
  await Promise.race([once(child.stdout, 'data'), ended])
  return child
}

/** SIGKILL, then the end. */
export const endChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGKILL')
  await once(child, 'exit')
}
