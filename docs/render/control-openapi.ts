import { z } from 'zod'
import { controlRoutes, type Admission, type ControlRoute } from '../../src/control/schema/routes.ts'
import { components, referTo, renderJson } from './components.ts'
import { controlShapes, shapeName } from './control-shapes.ts'

const mediaTypes = {
  json: 'application/json',
  lines: 'application/x-ndjson',
  events: 'application/json',
  text: 'application/openmetrics-text',
  file: '*/*',
} as const satisfies Record<ControlRoute['form'], string>

const admissions = {
  anybody: 'Anybody on this computer.',
  locked: 'Any page that is signed in, a locked one too.',
  read_only: 'Roles: read_only, operator, installer.',
  operator: 'Roles: operator, installer.',
  installer: 'Role: installer.',
} as const satisfies Record<Admission, string>

const refused = { $ref: '#/components/responses/Refused' }

/** The query of a GET, one parameter for each field. */
const queryOf = (schema: z.ZodType): readonly object[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: 'input' })
  return Object.entries(properties).map(([name, field]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    schema: field,
  }))
}

const operationOf = (operationId: string, route: ControlRoute): object => {
  const { method, path, admits, does, request, answer, form } = route
  const inPath = [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  const parameters = [...inPath, ...(method === 'GET' && request !== null ? queryOf(request) : [])]
  const content = { [mediaTypes[form]]: { schema: referTo(shapeName(answer)) } }
  return {
    operationId,
    summary: does,
    description: admissions[admits],
    security: admits === 'anybody' ? [] : [{ controlToken: [] }, { pageCookie: [] }],
    ...(parameters.length > 0 && { parameters }),
    ...(method !== 'GET' &&
      request !== null && {
        requestBody: {
          required: true,
          content: { 'application/json': { schema: referTo(shapeName(request)) } },
        },
      }),
    responses:
      form === 'events'
        ? { '101': { description: 'A WebSocket; each message is one of these', content }, default: refused }
        : { '200': { description: 'Done', content }, default: refused },
  }
}

/** The paths of the document: what has one path is one entry with a method each. */
const paths = (): Readonly<Record<string, object>> => {
  const found: Record<string, object> = {}
  for (const [name, route] of Object.entries(controlRoutes)) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}')
    found[path] = { ...found[path], [route.method.toLowerCase()]: operationOf(name, route) }
  }
  return found
}

const controlDocument = (): object => ({
  openapi: '3.1.0',
  info: {
    title: 'encoder-bridge: the control API of the daemon',
    version: '1',
    description:
      'For the operator’s page, the command line and scripts on the same computer. control-api.md tells how it is reached and guarded.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: 'http://127.0.0.1:27411', description: 'The daemon; `run --port` chooses another port' }],
  paths: paths(),
  components: {
    schemas: components(controlShapes, 'draft-2020-12'),
    responses: {
      Refused: {
        description: 'Refused, with the reason',
        content: { 'application/json': { schema: referTo('Error') } },
      },
    },
    securitySchemes: {
      controlToken: { type: 'http', scheme: 'bearer', description: 'The token in `DATA/control-token`' },
      pageCookie: {
        type: 'apiKey',
        in: 'cookie',
        name: 'encoder_bridge',
        description: 'Of `POST /v1/sign_in`',
      },
    },
  },
})

/** docs/control-openapi.json */
export const renderControlOpenApi = (): string => renderJson(controlDocument())
