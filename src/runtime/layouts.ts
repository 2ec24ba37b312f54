import { readFileSync, statSync } from 'node:fs'
import { createConfiguredLayout } from '../cards/layouts/configured.ts'
import { createLayouts, type Layouts } from '../cards/layouts/index.ts'
import type { Config } from '../config/schema.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'

/** No key of a card is longer than this, written in hexadecimal, with a line end or two. */
const MAX_FILE_BYTES = 64
const OPEN_TO_OTHERS = 0o077

/** The digits in a secret's file. Throws `config_invalid` for a file that others can read too: it opens every card of the site. */
const readSecret = (file: string): string => {
  try {
    const facts = statSync(file)
    const { size, mode } = facts
    // A pipe would keep the daemon waiting.
    if (!facts.isFile()) throw new BridgeError('config_invalid', `${file} is no file.`)
    if (size > MAX_FILE_BYTES) throw new BridgeError('config_invalid', `${file} is too long for a key.`)
    if (process.platform !== 'win32' && (mode & OPEN_TO_OTHERS) !== 0) {
      throw new BridgeError('config_invalid', `${file} can be read by others; \`chmod 600\` closes it.`)
    }
    return readFileSync(file, 'utf8').trim()
  } catch (cause) {
    if (cause instanceof BridgeError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new BridgeError('config_invalid', `The key file ${file} cannot be read: ${reason}.`, { cause })
  }
}

/** The layouts of this desk. Throws `config_invalid` with the layout's name. */
export const readLayouts = (config: Config): Layouts =>
  createLayouts(
    config.layouts.map((definition) => {
      try {
        return createConfiguredLayout(definition, readSecret)
      } catch (thrown) {
        const { code, detail, cause } = toBridgeError(thrown)
        throw new BridgeError(code, `The layout “${definition.name}”: ${detail ?? ''}`, { cause })
      }
    }),
  )
