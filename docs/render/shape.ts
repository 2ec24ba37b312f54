import { z } from 'zod'

/** What is read of the JSON Schema that zod makes. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly format?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
  readonly $ref?: string
}

/** A longer list of words is a table of its own somewhere; the field's description names it. */
const LONGEST_ENUM = 14
const LONGEST_LINE = 100
const formats: Readonly<Record<string, string>> = { uuid: 'uuid', 'date-time': 'instant', uri: 'url' }

/** The schemas of a page as JSON Schema, by name; where one contains another, its name stands there. */
export const jsonSchemas = (
  named: Readonly<Record<string, z.ZodType>>,
): Readonly<Record<string, JsonSchema>> => {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id })
  return z.toJSONSchema(registry, { io: 'input', uri: (id) => id }).schemas as Record<string, JsonSchema>
}

/** The type of a value in a notation that reads like TypeScript. */
export const shapeOf = (schema: JsonSchema, indent = ''): string => {
  const alternatives = schema.anyOf ?? schema.oneOf
  if (schema.$ref !== undefined) return schema.$ref
  if (alternatives !== undefined) return union(alternatives, indent)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) {
    return schema.enum.length > LONGEST_ENUM ? 'string' : schema.enum.map(showWord).join(' | ')
  }
  if (schema.items !== undefined) {
    const element = shapeOf(schema.items, indent)
    return element.includes(' | ') ? `(${element})[]` : `${element}[]`
  }
  if (schema.properties !== undefined) return fields(schema, indent)
  if (typeof schema.additionalProperties === 'object') {
    return `{ [name]: ${shapeOf(schema.additionalProperties, indent)} }`
  }
  return [schema.type ?? 'unknown']
    .flat()
    .map((type) => scalar(type, schema))
    .join(' | ')
}

const showWord = (word: unknown): string => JSON.stringify(word)

const scalar = (type: string, { format, minimum, maximum }: JsonSchema): string => {
  if (type === 'string') return formats[format ?? ''] ?? 'string'
  const isBounded = type === 'integer' && maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER
  return isBounded ? `${type} ${String(minimum)} to ${String(maximum)}` : type
}

const union = (alternatives: readonly JsonSchema[], indent: string): string => {
  const objects = alternatives.filter((one) => one.properties !== undefined)
  if (objects.length < 2) return alternatives.map((one) => shapeOf(one, indent)).join(' | ')
  return alternatives.map((one) => `\n${indent}| ${shapeOf(one, `${indent}  `)}`).join('')
}

/** An object on one line where it fits and nothing in it needs a word, else a line for each field. */
const fields = (schema: JsonSchema, indent: string): string => {
  const entries = Object.entries(schema.properties ?? {})
  if (entries.length === 0) return '{}'
  const parts = (inner: string) =>
    entries.map(([name, field]) => ({
      text: `${name}${schema.required?.includes(name) ? '' : '?'}: ${shapeOf(field, inner)}`,
      note: noteOf(field),
    }))
  const short = `{ ${parts(indent)
    .map(({ text }) => text)
    .join(', ')} }`
  const isPlain = entries.every(([, field]) => noteOf(field) === '')
  if (isPlain && indent !== '' && !short.includes('\n') && indent.length + short.length < LONGEST_LINE)
    return short
  const lines = parts(`${indent}  `).map(({ text, note }) =>
    note !== '' && text.includes('\n')
      ? `${indent}  // ${note}\n${indent}  ${text}`
      : `${indent}  ${text}${note === '' ? '' : `  // ${note}`}`,
  )
  return `{\n${lines.join('\n')}\n${indent}}`
}

const noteOf = ({ description, default: fallback }: JsonSchema): string =>
  [description, fallback === undefined ? undefined : `default ${JSON.stringify(fallback)}`]
    .filter((part) => part !== undefined)
    .join('; ')

/** The shape as a block of a page. */
export const shapeBlock = (schema: JsonSchema): string => `\`\`\`
${shapeOf(schema).trimStart()}
\`\`\``
