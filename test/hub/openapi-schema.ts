import { openapi } from '@seamapi/types/connect'
import { Ajv } from 'ajv'
import type { ValidateFunction } from 'ajv'
import addFormats from 'ajv-formats'

type Json = unknown
const COMPONENT = 'component:'
const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * OpenAPI 3.0 as JSON Schema: `nullable` becomes a choice with null, an exclusive minimum a number, references name the component, and an
 * object with properties allows no others, so that an answer says nothing that the document doesn't know.
 */
const toJsonSchema = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(toJsonSchema)
  if (!isObject(value)) return value
  const { nullable, exclusiveMinimum: isExclusive, ...rest } = value
  delete rest['discriminator']
  if (isExclusive === true) {
    rest['exclusiveMinimum'] = rest['minimum']
    delete rest['minimum']
  }
  const schema = Object.fromEntries(
    Object.entries(rest).map(([key, inner]) =>
      key === '$ref' && typeof inner === 'string'
        ? [key, inner.replace('#/components/schemas/', COMPONENT)]
        : [key, toJsonSchema(inner)],
    ),
  )
  const closed =
    schema['type'] === 'object' && isObject(schema['properties']) && !('additionalProperties' in schema)
      ? { ...schema, additionalProperties: false }
      : schema
  return nullable === true ? { anyOf: [closed, { type: 'null' }] } : closed
}

/** Variants of other products (locks, thermostats) can't match ours, and compiling them takes seconds. */
const served = /^(ENCODE_CREDENTIAL|SCAN_|ASSIGN_CREDENTIAL|UNLOCK_DOOR|acs_|access_|client_session)/
const isServed = (variant: Json): boolean => {
  const properties = isObject(variant) && isObject(variant['properties']) ? variant['properties'] : {}
  const kind = properties['action_type'] ?? properties['event_type']
  const names = isObject(kind) && Array.isArray(kind['enum']) ? kind['enum'] : []
  return names.some((name) => typeof name === 'string' && served.test(name))
}
const withServedVariants = (name: string, schema: Json): Json =>
  isObject(schema) && Array.isArray(schema['oneOf']) && (name === 'event' || name === 'action_attempt')
    ? { ...schema, oneOf: schema['oneOf'].filter(isServed) }
    : schema

const { components, paths } = openapi as unknown as {
  components: { schemas: Record<string, Json> }
  paths: Record<
    string,
    { post: { responses: { 200: { content: { 'application/json': { schema: Json } } } } } }
  >
}

/** The methods by which the document knows the address; none where it doesn't. */
export const documentedMethods = (path: string): string[] =>
  Object.keys(paths[path] ?? {})
    .map((method) => method.toUpperCase())
    .toSorted()

/** What docs/hub.md adds to the document, from the delivering guide. */
const additions: Record<string, Record<string, Json>> = {
  access_method: { client_session_id: { type: 'string', format: 'uuid' } },
}
const withAdditions = (name: string, schema: Json): Json =>
  isObject(schema) && isObject(schema['properties'])
    ? { ...schema, properties: { ...schema['properties'], ...additions[name] } }
    : schema

const ajv = new Ajv({ strict: false, inlineRefs: false })
addFormats.default(ajv)
for (const [name, schema] of Object.entries(components.schemas)) {
  ajv.addSchema(
    toJsonSchema(withAdditions(name, withServedVariants(name, schema))) as object,
    `${COMPONENT}${name}`,
  )
}

/** The check of a success body of `POST <path>`, from the published document. */
export const successSchema = (path: string): ValidateFunction => {
  const known = ajv.getSchema(path)
  if (known !== undefined) return known as ValidateFunction
  const answer = paths[path]?.post.responses[200].content['application/json'].schema
  if (answer === undefined) throw new Error(`The OpenAPI document has no answer for ${path}.`)
  ajv.addSchema(toJsonSchema(answer) as object, path)
  return successSchema(path)
}
