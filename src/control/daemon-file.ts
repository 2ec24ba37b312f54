import { renameSync, rmSync, writeFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BridgeError } from '../contract/errors.ts'
import { DaemonFile } from './schema.ts'

const fileIn = (dataDir: string): string => join(dataDir, 'daemon.json')

/** Where the daemon of this data directory says that it answers; null when the file is missing or is not ours. */
export const publishedDaemon = (dataDir: string): DaemonFile | null => {
  try {
    return DaemonFile.parse(JSON.parse(readFileSync(fileIn(dataDir), 'utf8')))
  } catch {
    return null
  }
}

/**
 * Writes `daemon.json`, by which the command line finds the daemon, and returns what removes it again. A file that a
 * later daemon has written stays. Throws `data_unwritable`.
 */
export const publishDaemon = (dataDir: string, daemon: DaemonFile): (() => void) => {
  const file = fileIn(dataDir)
  const draft = `${file}.${daemon.pid}`
  try {
    writeFileSync(draft, `${JSON.stringify(daemon)}\n`, { mode: 0o600 })
    renameSync(draft, file)
  } catch (error) {
    throw new BridgeError('data_unwritable', `${file} cannot be written.`, { cause: error })
  }
  return () => {
    const current = publishedDaemon(dataDir)
    if (current?.pid === daemon.pid && current.endpoint === daemon.endpoint) rmSync(file, { force: true })
  }
}
