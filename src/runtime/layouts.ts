import { createConfiguredLayout } from '../cards/layouts/configured.ts'
import { createLayouts, type Layouts } from '../cards/layouts/index.ts'
import type { Config } from '../config/schema.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { readSecretFile } from '../transport/secret-file.ts'

/** No key of a card is longer than this, written in hexadecimal, with a line end or two. */
const MAX_FILE_BYTES = 64

/** The layouts of this desk. Throws `config_invalid` with the layout's name. */
export const readLayouts = (config: Config): Layouts =>
  createLayouts(
    config.layouts.map((definition) => {
      try {
        return createConfiguredLayout(definition, (file) => readSecretFile(file, MAX_FILE_BYTES))
      } catch (thrown) {
        const { code, detail, cause } = toBridgeError(thrown)
        throw new BridgeError(code, `The layout “${definition.name}”: ${detail ?? ''}`, { cause })
      }
    }),
  )
