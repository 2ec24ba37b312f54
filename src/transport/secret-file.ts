import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { BridgeError } from '../contract/errors.ts'

const OPEN_TO_OTHERS = 0o077
/** systemd lets a service's user in by an ACL, whose mask stands in the bits of the group (systemd.exec(5), LoadCredential=). Unverified here. */
const OPEN_TO_ALL = 0o007

const isSystemdCredential = (file: string): boolean => {
  const directory = process.env['CREDENTIALS_DIRECTORY'] ?? ''
  return directory !== '' && dirname(file) === directory
}

/** An API key has some dozen characters, a signed token some hundred. */
const MAX_KEY_BYTES = 4_096

/**
 * The one secret in a file, without the blanks around it. Throws `config_invalid` for a file that can't be read, is longer than a
 * secret, or can be read by others (not told on Windows); never with a part of what it holds.
 */
export const readSecretFile = (file: string, maxBytes: number): string => {
  try {
    const facts = statSync(file)
    // A pipe would keep the daemon waiting.
    if (!facts.isFile()) throw new BridgeError('config_invalid', `${file} is no file.`)
    if (facts.size > maxBytes) throw new BridgeError('config_invalid', `${file} is too long for a key.`)
    if (
      process.platform !== 'win32' &&
      (facts.mode & (isSystemdCredential(file) ? OPEN_TO_ALL : OPEN_TO_OTHERS)) !== 0
    ) {
      throw new BridgeError('config_invalid', `${file} can be read by others; \`chmod 600\` closes it.`)
    }
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('config_invalid', `The key file ${file} cannot be read: ${reason}.`, { cause })
  }
}

/** The one key in a file. Throws `config_invalid` as `readSecretFile` does, and for what is no key. */
export const readKeyFile = (file: string): string => {
  const key = readSecretFile(file, MAX_KEY_BYTES)
  if (/^[\x21-\x7e]+$/.test(key)) return key
  throw new BridgeError('config_invalid', `${file} holds no key: it is one word of ASCII characters.`)
}
