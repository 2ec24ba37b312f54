/** The part of an OpenAPI 3.0 document that is compared. */
export interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> }
}

interface Content {
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>
}

interface Operation {
  readonly requestBody?: Content
  readonly responses?: Readonly<Record<string, Content>>
}

interface Schema {
  readonly $ref?: string
  readonly type?: string
  readonly format?: string
  readonly nullable?: boolean
  readonly enum?: readonly unknown[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly items?: Schema
  readonly oneOf?: readonly Schema[]
  readonly anyOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
}

/** What tells the variants of a choice apart, in Seam's document. */
const DISCRIMINATORS = ['action_type', 'event_type', 'error_code', 'warning_code', 'mutation_code']
/** Nothing that we serve is nested deeper. */
const MAX_DEPTH = 8

/** Action attempts and events of locks, thermostats and whatever else nobody here serves are no news. */
const isForeign = ({ properties }: Schema): boolean => {
  const kinds = properties?.['action_type']?.enum ?? properties?.['event_type']?.enum ?? []
  return kinds.some(
    (kind) => !/^(?:[A-Z_]*CREDENTIAL|UNLOCK_DOOR)$|^(?:access|acs|client)_/.test(String(kind)),
  )
}

const labelOf = (variant: Schema): string => {
  const name = DISCRIMINATORS.find((one) => variant.properties?.[one]?.enum !== undefined)
  const values = name === undefined ? [] : (variant.properties?.[name]?.enum ?? [])
  return values.length === 0 ? '' : `<${values.join('|')}>`
}

/**
 * The fields of a schema with what they are, by their place: `response.access_method.is_issued` → `boolean, required`. The
 * word of an enumeration is a field of its own, `mode=card`. Variants of a choice that name what they are about stand apart,
 * `action_attempt<SCAN_CREDENTIAL>.status`; of others the fields are put together.
 */
const collect = (
  document: Document,
  schema: Schema,
  place: string,
  isRequired: boolean,
  into: Map<string, string>,
  depth: number,
): void => {
  if (depth > MAX_DEPTH) return
  const go = (inner: Schema, at: string, required: boolean): void =>
    collect(document, inner, at, required, into, depth + 1)
  if (schema.$ref !== undefined) {
    const target = document.components?.schemas?.[schema.$ref.split('/').at(-1) ?? '']
    if (target !== undefined) go(target, place, isRequired)
    return
  }
  for (const variant of [...(schema.oneOf ?? []), ...(schema.anyOf ?? [])]) {
    if (isForeign(variant)) continue
    go(variant, `${place}${labelOf(variant)}`, isRequired)
  }
  for (const part of schema.allOf ?? []) go(part, place, isRequired)
  if (schema.type !== undefined) {
    const facts = [
      schema.format === undefined ? schema.type : `${schema.type} (${schema.format})`,
      ...(schema.nullable === true ? ['or null'] : []),
      ...(isRequired ? ['required'] : []),
    ]
    into.set(place, facts.join(', '))
  }
  for (const word of schema.enum ?? []) into.set(`${place}=${String(word)}`, 'a word')
  if (schema.items !== undefined) go(schema.items, `${place}[]`, false)
  for (const [name, field] of Object.entries(schema.properties ?? {})) {
    go(field, `${place}.${name}`, schema.required?.includes(name) === true)
  }
}

const schemaOf = (content: Content | undefined): Schema | undefined =>
  content?.content?.['application/json']?.schema

/** What an endpoint takes (`request.…`), gives (`response.…`) and answers to (`method=POST`); null when the document has no such endpoint. */
export const fieldsOf = (document: Document, path: string): ReadonlyMap<string, string> | null => {
  const operations = document.paths[path]
  if (operations === undefined) return null
  const fields = new Map<string, string>()
  for (const method of Object.keys(operations)) fields.set(`method=${method.toUpperCase()}`, 'a word')
  const { requestBody, responses } = operations['post'] ?? {}
  const request = schemaOf(requestBody)
  const response = schemaOf(responses?.['200'])
  if (request !== undefined) collect(document, request, 'request', true, fields, 0)
  if (response !== undefined) collect(document, response, 'response', true, fields, 0)
  return fields
}
