import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BridgeError } from '../contract/errors.ts'

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

/**
 * The control token of a data directory: 32 random bytes in hexadecimal in `control-token`, readable by its owner only.
 * Made once; a file that holds no token is replaced. Throws `data_unwritable`.
 */
export const ensureControlToken = (dataDir: string): string => {
  const file = join(dataDir, 'control-token')
  const fresh = randomBytes(32).toString('hex')
  try {
    try {
      writeFileSync(file, `${fresh}\n`, { mode: 0o600, flag: 'wx' })
      return fresh
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error
    }
    chmodSync(file, 0o600)
    const known = readFileSync(file, 'utf8').trim()
    if (/^[0-9a-f]{64}$/.test(known)) return known
    writeFileSync(file, `${fresh}\n`, { mode: 0o600 })
    return fresh
  } catch (error) {
    throw new BridgeError('data_unwritable', `${file} cannot be written.`, { cause: error })
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares in constant time, whatever the lengths. */
export const isSameToken = (given: string, expected: string): boolean =>
  timingSafeEqual(digest(given), digest(expected))
