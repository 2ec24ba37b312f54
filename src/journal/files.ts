import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BridgeError } from '../contract/errors.ts'

const hasModes = process.platform !== 'win32'

const isCode = (thrown: unknown, code: string): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === code

/** A new directory outlives a power cut only when its parent is synced; SQLite syncs the data directory itself. */
const makeDirectory = (directory: string): void => {
  const first = mkdirSync(directory, { recursive: true, mode: 0o700 })
  if (first === undefined || !hasModes) return
  for (let made = directory; made.length >= first.length; made = dirname(made)) {
    const parent = openSync(dirname(made), 'r')
    fsyncSync(parent)
    closeSync(parent)
  }
}

/** Never opens a file that exists: on POSIX, closing it would drop the locks that this process holds on it. */
const makeFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', 0o600))
  } catch (thrown) {
    if (!isCode(thrown, 'EEXIST')) throw thrown
  }
}

/**
 * Makes sure that the journal's directory (0700 when made here) and file (0600) exist; the -wal file takes the file's mode.
 * Throws `data_unwritable`.
 */
export const prepareFiles = (path: string): void => {
  try {
    makeDirectory(dirname(path))
    makeFile(path)
    for (const file of hasModes ? [path, `${path}-wal`] : []) {
      if (existsSync(file) && (statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
    }
  } catch (thrown) {
    throw new BridgeError(
      'data_unwritable',
      `${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      {
        cause: thrown,
      },
    )
  }
}
