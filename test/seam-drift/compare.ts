import { fieldsOf } from './fields.ts'
import type { Document } from './fields.ts'

/** One difference between two documents. `breaks`: something of ours stops working. */
export interface Change {
  readonly path: string
  /** As `fieldsOf` names it; null for the endpoint itself. */
  readonly field: string | null
  readonly kind: 'gone' | 'new' | 'changed'
  readonly was: string | null
  readonly is: string | null
  readonly breaks: boolean
}

/** By endpoint, the fields that ours can't do without. */
export type ReliedOn = Readonly<Record<string, readonly string[]>>

/** Who calls an endpoint must know each parameter that it can't do without. */
const isNewDemand = (field: string, is: string): boolean =>
  field.startsWith('request.') && /\brequired$/.test(is)

const compareEndpoint = (
  path: string,
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
  reliedOn: readonly string[] | undefined,
): Change[] =>
  [...new Set([...before.keys(), ...after.keys()])].toSorted().flatMap((field): Change[] => {
    const was = before.get(field) ?? null
    const is = after.get(field) ?? null
    if (was === is) return []
    const breaks =
      reliedOn !== undefined && (was === null ? isNewDemand(field, is ?? '') : reliedOn.includes(field))
    return [{ path, field, kind: is === null ? 'gone' : was === null ? 'new' : 'changed', was, is, breaks }]
  })

/**
 * What the newer document says otherwise about the endpoints, in their order. It breaks something when an endpoint is gone,
 * when a field that is relied on is gone or has become something else, and when an endpoint that is relied on wants a
 * parameter that it did not want before.
 */
export const compareDocuments = (
  pinned: Document,
  newest: Document,
  paths: readonly string[],
  reliedOn: ReliedOn,
): readonly Change[] =>
  paths.flatMap((path): Change[] => {
    const before = fieldsOf(pinned, path)
    const after = fieldsOf(newest, path)
    if (before === null && after === null) return []
    if (after === null)
      return [{ path, field: null, kind: 'gone', was: 'an endpoint', is: null, breaks: true }]
    if (before === null)
      return [{ path, field: null, kind: 'new', was: null, is: 'an endpoint', breaks: false }]
    return compareEndpoint(path, before, after, reliedOn[path])
  })

const sayChange = ({ field, kind, was, is, breaks }: Change): string => {
  const said =
    kind === 'gone'
      ? `gone (was ${String(was)})`
      : kind === 'new'
        ? `new (${String(is)})`
        : `was ${String(was)}, is ${String(is)}`
  return `  ${breaks ? 'BREAKS' : '      '} ${field ?? 'the endpoint'}: ${said}`
}

/** For people: the endpoints that changed, and what of them. */
export const sayChanges = (changes: readonly Change[]): string =>
  [...new Set(changes.map(({ path }) => path))]
    .map((path) => [path, ...changes.filter((one) => one.path === path).map(sayChange)].join('\n'))
    .join('\n')
