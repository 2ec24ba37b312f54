import { expect, test } from 'vitest'
import { z } from 'zod'
import { sayIssue } from './wrong-input.ts'

const kinds = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('a') }),
  z.object({ kind: z.literal('b') }),
])

test.each<[z.ZodType, unknown, string]>([
  [z.string(), undefined, 'is missing'],
  [z.string(), 3, 'must be text'],
  [z.string(), null, 'must be text'],
  [z.number(), 'x', 'must be a number'],
  [z.coerce.number(), 'x', 'must be a number'],
  [z.int(), 1.5, 'must be a whole number'],
  [z.boolean(), 'yes', 'must be true or false'],
  [z.array(z.string()), {}, 'must be a list'],
  [z.object({}), [], 'must be an object'],
  [z.enum(['new', 'additional']), 'old', 'must be one of new, additional'],
  [z.literal('encode'), 'scan', 'must be encode'],
  [z.uuid(), '101', 'must be a UUID'],
  [z.iso.datetime(), 'tomorrow', 'must be an instant like 2026-11-23T10:00:00Z'],
  [z.url(), 'hub', 'must be an address like https://hub.example'],
  [z.email(), 'ada', 'must be an email address'],
  [z.string().regex(/^a$/), 'b', 'must be written in another way'],
  [z.string().min(1), '', 'is empty'],
  [z.array(z.string()).min(1), [], 'is empty'],
  [z.string().min(4), 'abc', 'must have at least 4 characters'],
  [z.string().max(2), 'abc', 'must have at most 2 characters'],
  [z.array(z.string()).max(1), ['a', 'b'], 'must have at most 1 entries'],
  [z.number().min(1), 0, 'must be at least 1'],
  [z.int().max(20), 21, 'must be at most 20'],
  [z.strictObject({}), { x: 1, y: 2 }, 'has no field x, y'],
  [kinds, { kind: 'c' }, 'must be one of a, b'],
  [z.union([z.string(), z.number()]), null, 'has a shape that is not allowed here'],
  [z.object({}).refine(() => false, 'give a or b'), {}, 'give a or b'],
])('what is wrong is said in plain words (%#)', (schema, value, words) => {
  expect(schema.safeParse(value).error?.issues.map(sayIssue)).toEqual([words])
})
