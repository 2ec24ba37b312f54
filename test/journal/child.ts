import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const nodeArgs = ['--import', 'tsx', '--conditions', 'encoder-bridge:source']

/** The words that run one of this folder's programs in a process of its own. */
export const childCommand = (program: URL, ...args: readonly string[]): readonly string[] => [
  process.execPath,
  ...nodeArgs,
  fileURLToPath(program),
  ...args,
]

/** Runs a command to its end and gives each line it printed, as JSON. Rejects with what it said on standard error. */
export const runChild = async (command: readonly string[]): Promise<unknown[]> => {
  const [file = '', ...args] = command
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const complaints: string[] = []
  child.stderr.on('data', (chunk: Buffer) => complaints.push(chunk.toString()))
  const lines: unknown[] = []
  createInterface({ input: child.stdout }).on('line', (line) => lines.push(JSON.parse(line)))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${String(code)}: ${complaints.join('')}`)
  return lines
}
