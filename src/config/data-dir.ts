import { chmodSync, mkdirSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'
import { BridgeError } from '../contract/errors.ts'

/**
 * Where the daemon keeps its data when nobody says: `%ProgramData%\encoder-bridge` on Windows, `/var/lib/encoder-bridge`
 * for root and for a systemd service, else `encoder-bridge` in the user's state directory (XDG base directories).
 */
export const defaultDataDir = (
  env: Readonly<Record<string, string | undefined>>,
  platform: NodeJS.Platform,
  isRoot = process.getuid?.() === 0,
): string => {
  if (platform === 'win32') {
    return win32.join(env['ProgramData'] ?? String.raw`C:\ProgramData`, 'encoder-bridge')
  }
  // systemd names the directory of StateDirectory= in STATE_DIRECTORY, several separated by colons (systemd.exec(5)).
  const ofService = env['STATE_DIRECTORY']?.split(':')[0]
  if (ofService) return ofService
  if (isRoot) return '/var/lib/encoder-bridge'
  const state = env['XDG_STATE_HOME'] || posix.join(env['HOME'] || homedir(), '.local', 'state')
  return posix.join(state, 'encoder-bridge')
}

const STICKY = 0o1000
const WRITABLE_BY_OTHERS = 0o022

/** Whoever may write here can put in a control token of theirs, or links that lead our writing elsewhere. */
const keepOthersOut = (dataDir: string): void => {
  const { uid, mode } = statSync(dataDir)
  if (uid !== process.getuid?.()) {
    throw new BridgeError('data_unwritable', `${dataDir} belongs to another user.`)
  }
  if ((mode & STICKY) !== 0)
    throw new BridgeError('data_unwritable', `${dataDir} is shared with other users.`)
  if ((mode & WRITABLE_BY_OTHERS) !== 0) chmodSync(dataDir, mode & 0o777 & ~WRITABLE_BY_OTHERS)
}

/**
 * Makes the data directory, readable by its owner only, or takes one of ours and closes it to the writing of others.
 * Throws `data_unwritable`, also for a directory of another user.
 */
export const ensureDataDir = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    if (process.platform !== 'win32') keepOthersOut(dataDir)
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('data_unwritable', `${dataDir} cannot be made: ${reason}.`, { cause })
  }
}
