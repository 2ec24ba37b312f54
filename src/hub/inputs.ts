import { z } from 'zod'
import { wholeSecond } from './present-access.ts'

/** In a query or a form a list is a repeated key: one id arrives as a string, an empty list as an empty string. */
export const idList = z.preprocess(
  (value) => (value === '' ? [] : typeof value === 'string' ? [value] : value),
  z.array(z.uuid()).max(1000),
)

const fromText = (value: unknown): unknown =>
  typeof value === 'string' && value !== '' ? Number(value) : value

export const count = (max: number) => z.preprocess(fromText, z.number().int().min(0).max(max))

/** A query writes null as an empty string. */
export const orNull = <S extends z.ZodType>(schema: S) =>
  z.preprocess((value) => (value === '' ? null : value), schema.nullable())

export const key = z.string().min(1).max(200)

/** An instant with any offset, turned into UTC and whole seconds. */
export const instant = z.iso.datetime({ offset: true }).transform((text, context) => {
  const second = wholeSecond(text)
  if (second !== null) return second
  context.addIssue({ code: 'custom', message: 'no such instant' })
  return z.NEVER
})

export const paging = { limit: count(1000).optional(), page_cursor: orNull(z.string()).optional() }

/** Exactly one of the parameters is given. */
export const exactlyOne =
  (...names: string[]) =>
  (input: object): boolean =>
    names.filter((name) => name in input && input[name as keyof typeof input] !== undefined).length === 1

export const Nothing = z.object({})
