import type { z } from 'zod'
import { nearest } from './nearest.ts'
import { expectedAt, keysAt } from './schema.ts'
import { blanked, isSecretName } from './secret-names.ts'

/** A path as people write it: `devices[0].driver`. */
export const showPath = (path: readonly PropertyKey[]): string =>
  path
    .map((key, index) => (typeof key === 'number' ? `[${key}]` : `${index > 0 ? '.' : ''}${String(key)}`))
    .join('')

const valueAt = (root: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      typeof value === 'object' && value !== null ? (value as Record<PropertyKey, unknown>)[key] : undefined,
    root,
  )

/** A name in a directory has a point in it, or is short. */
const couldBePath = (text: string): boolean => /[./\\]/.test(text) || text.length < 8

/** A key of a card; and a key or token itself where the path of its file belongs. */
const isSecretAt = (path: readonly PropertyKey[], value: unknown): boolean =>
  path.some((key) => isSecretName(String(key))) ||
  (typeof value === 'string' &&
    (/^(?:seam_|ebe_)/.test(value) || (String(path.at(-1)).endsWith('File') && !couldBePath(value))))

const showValue = (value: unknown): string => {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  const text = JSON.stringify(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What is wrong at one place: where, what was found, what is allowed. */
export interface Complaint {
  readonly path: readonly PropertyKey[]
  readonly sentence: string
}

/** Turns what zod found into complaints for the person who edits the file. */
export const explain = (issue: z.core.$ZodIssue, root: unknown): Complaint[] => {
  if (issue.code === 'unrecognized_keys') {
    const allowed = keysAt(issue.path)
    return issue.keys.map((key) => {
      const near = nearest(key, allowed)
      const hint = near === null ? '.' : `; did you mean ${near}?`
      return {
        path: [...issue.path, key],
        sentence: `is no setting${hint} Allowed here: ${allowed.join(', ')}`,
      }
    })
  }
  if (issue.code === 'custom' && issue.message !== 'Invalid input') {
    return [{ path: issue.path, sentence: issue.message }]
  }
  const value = valueAt(root, issue.path)
  const shown = (): string => (isSecretAt(issue.path, value) ? blanked : showValue(value))
  const found = value === undefined ? 'is missing' : `is ${shown()}`
  return [{ path: issue.path, sentence: `${found}; expected ${expectedAt(issue.path)}` }]
}
