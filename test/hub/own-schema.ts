import { readFileSync } from 'node:fs'
import type { ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface OpenApi {
  readonly paths: Readonly<
    Record<
      string,
      { post: { responses: { 200: { content: { 'application/json': { schema: { $ref: string } } } } } } }
    >
  >
  readonly components: { readonly schemas: object }
}

const document = JSON.parse(
  readFileSync(new URL('../../docs/openapi.json', import.meta.url), 'utf8'),
) as OpenApi
const ajv = new Ajv2020({ strict: false })
addFormats.default(ajv)
ajv.addSchema({ $id: 'document', components: document.components })

const done = {
  type: 'object',
  properties: { ok: { const: true } },
  required: ['ok'],
  unevaluatedProperties: false,
}
const health = {
  type: 'object',
  properties: { time: { type: 'string', format: 'date-time' }, ok: { const: true } },
  required: ['time', 'ok'],
  unevaluatedProperties: false,
}

/** What docs/hub.md adds to Seam's endpoints without a shape of its own in docs/openapi.json. */
const additions: Readonly<Record<string, object>> = {
  '/health': health,
  '/access_methods/simulate/issue': done,
  '/access_methods/simulate/next_issue_will_be_delayed': done,
  '/access_methods/simulate/next_issue_will_fail': done,
  '/acs/systems/simulate/card_issuing': done,
}

/** The check of a success of an endpoint of ours; null where it is none. */
export const ownSuccessSchema = (path: string): ValidateFunction | null => {
  const reference = document.paths[path]?.post.responses[200].content['application/json'].schema.$ref
  const schema = reference === undefined ? additions[path] : { $ref: `document${reference}` }
  return schema === undefined ? null : ajv.compile(schema)
}
