import { homedir } from 'node:os'
import { posix, win32 } from 'node:path'

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
