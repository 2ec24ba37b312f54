import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'

const READY_WITHIN_MS = 10_000
const GONE_WITHIN_MS = 2_000

/** An emulated encoder in a process of its own, as a device would be. */
export interface EmulatorProcess {
  close(): Promise<void>
}

/**
 * Starts `emulate pn532` with a blank card on it. Resolves with null where it can't be, with the reason: no
 * pseudo-terminals on Windows, or their package is missing.
 */
export const startEmulator = async (
  [command, ...words]: readonly [string, ...string[]],
  paths: { readonly link: string; readonly control: string },
): Promise<EmulatorProcess | { readonly reason: string }> => {
  const flags = [
    '--pty-link',
    paths.link,
    '--control',
    paths.control,
    '--card',
    'classic1k',
    '--uid',
    'DE3A7C51',
  ]
  const child = spawn(command, [...words, 'emulate', 'pn532', ...flags, '--realtime', '--json'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const gone = new Promise<null>((resolve) => {
    child.once('error', () => resolve(null))
    child.once('exit', () => resolve(null))
  })
  const close = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGTERM')
    const bound = setTimeout(() => child.kill('SIGKILL'), GONE_WITHIN_MS)
    await gone
    clearTimeout(bound)
  }
  const complaints = text(child.stderr)
  const ready = once(child.stdout, 'data', { signal: AbortSignal.timeout(READY_WITHIN_MS) }).catch(() => null)
  const first = await Promise.race([ready, gone])
  if (first !== null && child.exitCode === null) return { close }
  await close()
  const cause = /Cause: +(.+)/.exec(await complaints)?.[1]
  return { reason: cause ?? 'It does not start.' }
}
