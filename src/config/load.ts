import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { LineCounter, isMap, isNode, isScalar, parseDocument } from 'yaml'
import type { Document } from 'yaml'
import type { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { readOverrides } from './environment.ts'
import type { Override } from './environment.ts'
import { explain, showPath } from './explain.ts'
import type { Complaint } from './explain.ts'
import { Config } from './schema.ts'

/** `ENOTDIR`: a file stands where the data directory should be; whoever makes that directory says so. */
const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')

/** Room for every device there can be, and for comments. What is longer is no configuration, and YAML would take minutes. */
export const MAX_FILE_BYTES = 262_144

/** What stands in the file; nothing where it may be missing and is. Throws `config_invalid`. */
export const readText = (file: string, isOptional: boolean): string => {
  try {
    if (statSync(file).size > MAX_FILE_BYTES) {
      throw new BridgeError('config_invalid', `${file} is longer than ${MAX_FILE_BYTES} bytes.`)
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file))
  } catch (error) {
    if (error instanceof BridgeError) throw error
    if (isMissing(error) && isOptional) return ''
    if (isMissing(error)) throw new BridgeError('config_invalid', `There is no file ${file}.`)
    if (error instanceof TypeError) throw new BridgeError('config_invalid', `${file} is not UTF-8 text.`)
    const reason = error instanceof Error ? error.message : String(error)
    throw new BridgeError('config_invalid', `${file} cannot be read: ${reason}.`, { cause: error })
  }
}

/** The offset in the file of the setting at this path, or of the nearest map around it that is written there. */
const offsetOf = (document: Document, path: readonly PropertyKey[]): number => {
  for (let length = path.length; length > 0; length -= 1) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true)
    const key = path[length - 1]
    if (isMap(parent)) {
      const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === key)
      if (isNode(pair?.key) && pair.key.range) return pair.key.range[0]
    } else {
      const node = document.getIn(path.slice(0, length), true)
      if (isNode(node) && node.range) return node.range[0]
    }
  }
  return 0
}

const startsWith = (path: readonly PropertyKey[], start: readonly PropertyKey[]): boolean =>
  start.every((key, index) => path[index] === key)

const setIn = (root: Record<string, unknown>, path: readonly string[], value: unknown): void => {
  const [key, ...rest] = path
  if (key === undefined) return
  if (rest.length === 0) {
    root[key] = value
    return
  }
  const child = root[key] ?? {}
  // A scalar where a map belongs stays, for the schema to complain about.
  if (typeof child !== 'object') return
  root[key] = child
  setIn(child as Record<string, unknown>, rest, value)
}

/** One sentence a complaint, at most five: a file of another kind would complain forever. */
const refuse = (
  complaints: readonly Complaint[],
  whereIs: (path: readonly PropertyKey[]) => string,
): never => {
  const sentences = complaints.slice(0, 5).map(({ path, sentence }) => {
    const setting = showPath(path)
    return `${whereIs(path)}${setting === '' ? 'the file' : setting} ${sentence}`
  })
  const more = complaints.length > 5 ? ` And ${complaints.length - 5} more.` : ''
  throw new BridgeError('config_invalid', `${sentences.join('. ')}.${more}`)
}

/** A misspelt setting is also a missing one: the spelling is the news. */
const misspeltFirst = (a: z.core.$ZodIssue, b: z.core.$ZodIssue): number =>
  Number(b.code === 'unrecognized_keys') - Number(a.code === 'unrecognized_keys')

/** What a file says, and in which line it says it. Throws `config_invalid` for what is no YAML. */
export const readYaml = (
  text: string,
  file: string,
): { readonly root: unknown; lineOf(path: readonly PropertyKey[]): number } => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const [syntax] = document.errors
  if (syntax !== undefined) {
    const { line } = lines.linePos(syntax.pos[0])
    throw new BridgeError('config_invalid', `${file}, line ${line}: this is not YAML: ${syntax.message}.`)
  }
  try {
    return {
      root: document.toJS() ?? {},
      lineOf: (path) => lines.linePos(offsetOf(document, path)).line,
    }
  } catch (error) {
    throw new BridgeError('config_invalid', `${file} is not usable YAML.`, { cause: error })
  }
}

/**
 * The configuration of what a file says, with what the environment overrides in it. Throws `config_invalid`.
 * @param root is changed
 * @param whereIs what stands before a complaint about a setting of the file
 */
export const checkConfig = (
  root: unknown,
  overrides: readonly Override[],
  whereIs: (path: readonly PropertyKey[]) => string,
): Config => {
  if (typeof root === 'object' && root !== null && !Array.isArray(root)) {
    for (const { path, value } of overrides) setIn(root as Record<string, unknown>, path, value)
  }
  const parsed = Config.safeParse(root)
  if (parsed.success) return parsed.data
  return refuse(
    parsed.error.issues.toSorted(misspeltFirst).flatMap((issue) => explain(issue, root)),
    (path) => {
      const override = overrides.find((candidate) => startsWith(path, candidate.path))
      return override === undefined ? whereIs(path) : `${override.variable}: `
    },
  )
}

/** Where the configuration is read from. */
export interface ConfigSource {
  readonly dataDir: string
  /** Null for `config.yaml` in the data directory, which may be missing. */
  readonly path: string | null
  readonly env: Readonly<Record<string, string | undefined>>
}

export const configFileOf = ({ dataDir, path }: Omit<ConfigSource, 'env'>): string =>
  path ?? join(dataDir, 'config.yaml')

/**
 * Reads the configuration: defaults, then the file, then `BRIDGE_*` variables. Throws `config_invalid`, which names file, line,
 * setting and what is allowed there.
 */
export const loadConfig = (source: ConfigSource): Config => {
  const file = configFileOf(source)
  const { root, lineOf } = readYaml(readText(file, source.path === null), file)
  return checkConfig(root, readOverrides(source.env), (path) => `${file}, line ${lineOf(path)}: `)
}
