import { createHash } from 'node:crypto'
import type { MifareKey } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import type { LayoutDefinition } from '../../contract/layout-definition.ts'
import { transportKey } from '../mifare-classic.ts'
import { type AreaStart } from './area.ts'
import { createEm4100Layout } from './em4100-layout.ts'
import { createFieldsLayout } from './fields-layout.ts'
import type { Layout } from './layout.ts'
import { createNdefUriLayout } from './ndef-uri-layout.ts'
import { createRecordLayout, type LayoutIdentity } from './record-layout.ts'
import { createTracksLayout } from './tracks-layout.ts'

/** Reads the hexadecimal digits of a secret from a file. Throws `config_invalid`. */
export type ReadSecret = (file: string) => string

type Secret = { readonly value?: string | undefined; readonly file?: string | undefined }

const bytesOf = ({ value, file }: Secret, sizeBytes: number, readSecret: ReadSecret): Uint8Array => {
  const digits = value ?? readSecret(file ?? '')
  if (!new RegExp(`^[0-9A-Fa-f]{${sizeBytes * 2}}$`).test(digits)) {
    throw new BridgeError(
      'config_invalid',
      `${file ?? ''} does not hold ${sizeBytes * 2} hexadecimal digits.`,
    )
  }
  return Uint8Array.from({ length: sizeBytes }, (_, index) =>
    Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16),
  )
}

const keyOf = (key: ({ readonly type: 'A' | 'B' } & Secret) | undefined, readSecret: ReadSecret): MifareKey =>
  key === undefined ? transportKey : { type: key.type, value: bytesOf(key, 6, readSecret) }

const passwordOf = (password: Secret | undefined, readSecret: ReadSecret): Uint8Array | null =>
  password === undefined ? null : bytesOf(password, 4, readSecret)

/** Where things go, without the secrets that open it: another key does not move anything. */
const idOf = ({ name, technologies, content }: LayoutDefinition): string => {
  const places = JSON.stringify([technologies, content], (key, value: unknown) =>
    key === 'key' || key === 'password' ? undefined : value,
  )
  return `${name}@${createHash('sha256').update(places).digest('hex').slice(0, 12)}`
}

const createContent = (
  identity: LayoutIdentity,
  content: LayoutDefinition['content'],
  readSecret: ReadSecret,
): Layout => {
  switch (content.kind) {
    case 'record':
    case 'fields': {
      const start: AreaStart = {
        sector: content.sector,
        page: content.page,
        key: keyOf(content.key, readSecret),
        password: passwordOf(content.password, readSecret),
      }
      return content.kind === 'record'
        ? createRecordLayout(identity, start)
        : createFieldsLayout(identity, start, content.fields)
    }
    case 'tracks':
      return createTracksLayout(identity, content.coercivity, content.tracks)
    case 'em4100':
      return createEm4100Layout(identity)
    case 'ndefUri':
      return createNdefUriLayout(identity, content.uri, passwordOf(content.password, readSecret))
  }
}

/** Makes a layout of its definition in the configuration. Throws `config_invalid` for a secret that can't be had. */
export const createConfiguredLayout = (definition: LayoutDefinition, readSecret: ReadSecret): Layout => {
  const { name, technologies, content } = definition
  return createContent({ name, id: idOf(definition), technologies }, content, readSecret)
}
