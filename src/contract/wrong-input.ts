import type { z } from 'zod'

const things: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
}

const formats: Readonly<Record<string, string>> = {
  uuid: 'a UUID',
  datetime: 'an instant like 2026-11-23T10:00:00Z',
  url: 'an address like https://hub.example',
  email: 'an email address',
  base64: 'base64',
}

const units: Readonly<Record<string, string>> = { string: ' characters', array: ' entries' }

const oneOf = (values: readonly unknown[]): string =>
  `must be ${values.length > 1 ? 'one of ' : ''}${values.map(String).join(', ')}`

const bound = (words: string, limit: number | bigint, origin: string): string =>
  `must ${origin in units ? 'have' : 'be'} ${words} ${limit}${units[origin] ?? ''}`

/**
 * What zod has found wrong with a value, in words for whoever sent it: a phrase that follows the value's name. The value
 * itself is not in it.
 */
export const sayIssue = (issue: z.core.$ZodIssue): string => {
  switch (issue.code) {
    case 'invalid_type':
      // Zod leaves the value out and says in its message only that there was none.
      return issue.message.endsWith('received undefined')
        ? 'is missing'
        : `must be ${things[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return oneOf(issue.values)
    case 'invalid_format':
      return `must be ${formats[issue.format] ?? 'written in another way'}`
    case 'too_small':
      return issue.minimum === 1 && issue.origin in units
        ? 'is empty'
        : bound('at least', issue.minimum, issue.origin)
    case 'too_big':
      return bound('at most', issue.maximum, issue.origin)
    case 'unrecognized_keys':
      return `has no field ${issue.keys.join(', ')}`
    case 'invalid_union':
      // Zod names the allowed words of a discriminator, and its types forget them.
      return 'options' in issue && Array.isArray(issue.options)
        ? oneOf(issue.options)
        : 'has a shape that is not allowed here'
    default:
      return issue.message
  }
}
