import { randomUUID } from 'node:crypto'
import {
  chownSync,
  closeSync,
  fchmodSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { BridgeError, toBridgeError } from '../contract/errors.ts'

/** Of a new file: it may hold keys of cards. */
const PRIVATE_MODE = 0o600

interface Facts {
  readonly path: string
  readonly mode: number
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

/** A link leads to the file that is meant: replacing the link would leave that one as it is. */
const factsOf = (file: string): Facts => {
  try {
    const path = realpathSync(file)
    const { mode, uid, gid } = statSync(path)
    return { path, mode: mode & 0o777, owner: { uid, gid } }
  } catch {
    return { path: file, mode: PRIVATE_MODE, owner: null }
  }
}

/** Only root can give a file away; whoever else may write here owns what it writes. */
const keepOwner = (path: string, owner: Facts['owner']): void => {
  if (owner !== null && process.getuid?.() === 0) chownSync(path, owner.uid, owner.gid)
}

/**
 * Replaces a file at once: whoever reads it finds the old text or the new one, also after a power cut. Mode and owner stay.
 * Throws `settings_unwritable`, and then the old one stands.
 */
export const replaceFile = (file: string, text: string): void => {
  const { path, mode, owner } = factsOf(file)
  const fresh = join(dirname(path), `.${randomUUID()}.tmp`)
  try {
    const handle = openSync(fresh, 'wx', mode)
    try {
      if (process.platform !== 'win32') fchmodSync(handle, mode)
      writeFileSync(handle, text)
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
    keepOwner(fresh, owner)
    renameSync(fresh, path)
  } catch (cause) {
    rmSync(fresh, { force: true })
    throw new BridgeError('settings_unwritable', `${toBridgeError(cause).detail ?? ''}.`, { cause })
  }
}
