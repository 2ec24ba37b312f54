import { z } from 'zod'
import { showPath } from './setting-path.ts'

/** What is wrong with the value of one setting. */
export type Complaint =
  | { readonly kind: 'missing' | 'unknown' | 'form' }
  | { readonly kind: 'at_least' | 'at_most'; readonly bound: number; readonly of: 'value' | 'size' }

const complaintOf = (issue: z.core.$ZodIssue): Complaint => {
  switch (issue.code) {
    case 'invalid_type':
      return { kind: issue.input === undefined ? 'missing' : 'form' }
    case 'unrecognized_keys':
      return { kind: 'unknown' }
    case 'too_small':
      if (issue.origin === 'string' && issue.minimum === 1) return { kind: 'missing' }
      return { kind: 'at_least', bound: Number(issue.minimum), of: sizeOrValue(issue.origin) }
    case 'too_big':
      return { kind: 'at_most', bound: Number(issue.maximum), of: sizeOrValue(issue.origin) }
    default:
      return { kind: 'form' }
  }
}

const sizeOrValue = (origin: string): 'value' | 'size' =>
  ['number', 'int', 'bigint'].includes(origin) ? 'value' : 'size'

/**
 * Holds values against the configuration's JSON Schema: what is wrong, by the path of the setting. It finds what one look at
 * one setting finds; the daemon, which looks at them together, has the last word.
 */
export const complaintsAbout = (
  schema: Readonly<Record<string, unknown>>,
  values: unknown,
): ReadonlyMap<string, Complaint> => {
  const checked = z.fromJSONSchema(schema).safeParse(values, {
    reportInput: true,
  })
  const complaints = new Map<string, Complaint>()
  for (const issue of checked.error?.issues ?? []) {
    const keys = issue.code === 'unrecognized_keys' ? issue.keys : [null]
    for (const key of keys) {
      const path = [...issue.path, ...(key === null ? [] : [key])].map((one) =>
        typeof one === 'number' ? one : String(one),
      )
      if (!complaints.has(showPath(path))) complaints.set(showPath(path), complaintOf(issue))
    }
  }
  return complaints
}
