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

/** Filters by what this hub has none of: whoever gives one asks for nothing that is here. */
export const unheld = {
  access_code_id: z.uuid().optional(),
  access_code_ids: idList.optional(),
  acs_access_group_id: z.uuid().optional(),
  acs_user_id: z.uuid().optional(),
  connect_webview_id: z.uuid().optional(),
  customer_key: z.string().optional(),
  device_id: z.uuid().optional(),
  device_ids: idList.optional(),
  location_id: orNull(z.uuid()).optional(),
  space_id: z.uuid().optional(),
  space_ids: idList.optional(),
}
export const asksForUnheld = (input: { readonly [name in keyof typeof unheld]?: unknown }): boolean =>
  Object.keys(unheld).some((name) => input[name as keyof typeof unheld] != null)

export const paging = { limit: count(1000).optional(), page_cursor: orNull(z.string()).optional() }

/** Exactly one of the parameters is given. */
export const exactlyOne =
  (...names: string[]) =>
  (input: object): boolean =>
    names.filter((name) => name in input && input[name as keyof typeof input] !== undefined).length === 1

export const Nothing = z.object({})
