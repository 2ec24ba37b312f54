import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { BridgeError } from '../contract/errors.ts'

/** Makes the data directory, readable by its owner only. Throws `data_unwritable`. */
export const ensureDataDir = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('data_unwritable', `${dataDir} cannot be made: ${reason}.`, { cause })
  }
}

export const journalPath = (dataDir: string): string => join(dataDir, 'journal.db')
