import { z } from 'zod'

/** Where a document keeps its schemas. */
const HOME = '#/components/schemas/'

export const referTo = (name: string) => ({ $ref: `${HOME}${name}` })

/**
 * Schemas as a document's components, by name; where one contains another it refers to it. As they are on the wire, before defaults
 * are filled in. A format says what zod's pattern beside it says, in one word.
 */
export const components = (
  named: Readonly<Record<string, z.ZodType>>,
  target: 'draft-7' | 'draft-2020-12',
): Readonly<Record<string, object>> => {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    target,
    uri: (id) => `${HOME}${id}`,
    override: ({ jsonSchema }) => {
      if (jsonSchema.format !== undefined) delete jsonSchema.pattern
    },
  })
  return Object.fromEntries(
    Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema]),
  )
}

export const renderJson = (document: object): string => `${JSON.stringify(document, null, 2)}\n`
