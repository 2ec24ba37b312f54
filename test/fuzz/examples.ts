import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../support/repository.ts'
import type { FuzzedParser } from './parser.ts'

/** Inputs that are run each time: examples of what is right, and whatever has failed once. */
export const corpusOf = ({
  name,
}: FuzzedParser): readonly { readonly file: string; readonly input: Uint8Array }[] => {
  const folder = join(root, 'test/fuzz/corpus', name)
  if (!existsSync(folder)) return []
  return readdirSync(folder).map((file) => ({
    file,
    input: new Uint8Array(readFileSync(join(folder, file))),
  }))
}

const bytesIn = (text: string): Uint8Array => new Uint8Array(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))

const toHostIn = (value: unknown): readonly Uint8Array[] => {
  if (typeof value !== 'object' || value === null) return []
  if ('direction' in value && value.direction === 'toHost' && 'hex' in value) {
    return [bytesIn(String(value.hex))]
  }
  if ('response' in value) return [new TextEncoder().encode(JSON.stringify(value.response))]
  return Object.values(value).flatMap(toHostIn)
}

/** What a driver's fixtures say that its device sends: from documents and captures. */
export const fixturesOf = ({ driver }: FuzzedParser): readonly Uint8Array[] => {
  if (driver === undefined) return []
  const folder = join(root, 'drivers', driver, 'fixtures')
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .flatMap((file) => toHostIn(JSON.parse(readFileSync(join(folder, file), 'utf8'))))
    .filter((bytes) => bytes.length > 0)
}
