import { parseDocument } from 'yaml'
import { BridgeError } from '../contract/errors.ts'
import { isSecretName } from './secret-names.ts'

const refuse = (detail: string): never => {
  throw new BridgeError('request_invalid', detail)
}

/** `devices[0].name` as its parts. Throws `request_invalid`. */
export const parseSettingPath = (text: string): readonly (string | number)[] => {
  const isPath = /^[A-Za-z]\w*(?:\[\d{1,3}\])*(?:\.[A-Za-z]\w*(?:\[\d{1,3}\])*)*$/.test(text)
  if (!isPath) refuse(`“${text}” is no setting; write it like log.level or devices[0].name.`)
  return [...text.matchAll(/(\w+)/g)].map(([part]) => (/^\d/.test(part) ? Number(part) : part))
}

/** What is typed as a value: YAML, so that 60 is a number and null takes a setting away. Throws `request_invalid`. */
export const parseSettingValue = (text: string): unknown => {
  const document = parseDocument(text, { prettyErrors: false })
  if (document.errors.length > 0) refuse(`“${text}” is not YAML; put a text into quotes.`)
  try {
    return document.toJS() as unknown
  } catch {
    return refuse(`“${text}” is not usable YAML.`)
  }
}

const put = (root: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown => {
  if (key === undefined) return value
  if (typeof key === 'number') {
    const list: unknown[] = Array.isArray(root) ? [...(root as unknown[])] : []
    if (key > list.length) refuse(`There are ${list.length} items; the next one is [${list.length}].`)
    if (rest.length === 0 && value === null) list.splice(key, 1)
    else list[key] = put(list[key], rest, value)
    return list
  }
  const map = typeof root === 'object' && root !== null && !Array.isArray(root) ? { ...root } : {}
  const { [key]: old, ...others } = map as Record<string, unknown>
  if (rest.length === 0 && value === null) return others
  return { ...map, [key]: put(old, rest, value) }
}

/**
 * The values with one setting changed, or with null taken away. Throws `request_invalid`, also for the key of a card: every user of the
 * computer sees the words of a command.
 */
export const withSetting = (
  values: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
  value: unknown,
): Readonly<Record<string, unknown>> => {
  if (path.some((part) => typeof part === 'string' && isSecretName(part)) && path.at(-1) !== 'file') {
    refuse('A key does not belong on a command line: put it into a file of its own and set `file`.')
  }
  return put(values, path, value) as Readonly<Record<string, unknown>>
}
