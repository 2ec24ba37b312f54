import { readFile } from 'node:fs/promises'
import asyncApiSpecs from '@asyncapi/specs'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { describe, expect } from 'vitest'
import { collectRoutes } from '../support/collect-routes.ts'
import { encoded, encoderNamed } from './fake-bridge.ts'
import { demoCard, pairDemoDesk, test } from './hub-fixture.ts'

interface OpenApi {
  readonly paths: Readonly<Record<string, object>>
  readonly components: { readonly schemas: object }
}
interface AsyncApi {
  readonly components: { readonly schemas: object; readonly messages: Readonly<Record<string, object>> }
}

const read = async (name: string): Promise<unknown> =>
  JSON.parse(await readFile(new URL(`../../docs/${name}`, import.meta.url), 'utf8'))
const openApi = (await read('openapi.json')) as OpenApi
const asyncApi = (await read('asyncapi.json')) as AsyncApi

/** A schema of a document's components at work; null when the value is as it says. */
const checker = (document: { readonly components: { readonly schemas: object } }) => {
  const { schemas } = document.components
  const ajv = new Ajv2020({ strict: false })
  addFormats.default(ajv)
  ajv.addSchema({ $id: 'document', components: { schemas } })
  return (name: string, value: unknown): unknown => {
    if (!Object.hasOwn(schemas, name)) throw new Error(`The document has no ${name}.`)
    const validate = ajv.compile({ $ref: `document#/components/schemas/${name}` })
    return validate(value) ? null : validate.errors
  }
}

const referencesIn = (value: unknown): string[] => {
  if (typeof value !== 'object' || value === null) return []
  const own = '$ref' in value && typeof value.$ref === 'string' ? [value.$ref] : []
  return [...own, ...Object.values(value).flatMap(referencesIn)]
}

const find = (document: unknown, reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .map((key) => key.replaceAll('~1', '/'))
    .reduce<unknown>((at, key) => (at as Readonly<Record<string, unknown>> | undefined)?.[key], document)

describe('the documents', () => {
  test('docs/openapi.json is OpenAPI 3.1, by the schema that its makers publish', async () => {
    const validator = new Validator()
    expect(await validator.validate({ ...openApi })).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
    expect(await validator.validate({ ...openApi, info: {} })).toMatchObject({ valid: false })
  })

  test('docs/asyncapi.json is AsyncAPI 3.0, by the schema that its makers publish', () => {
    // The schema brings JSON Schema's own with it.
    const ajv = new Ajv({ strict: false, logger: false, meta: false, validateSchema: false })
    addFormats.default(ajv)
    const specification: Record<string, unknown> = { ...asyncApiSpecs.schemas['3.0.0'] }
    const validate = ajv.compile(specification)
    expect(validate(asyncApi), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true)
    expect(validate({ ...asyncApi, info: {} })).toBe(false)
  })

  test.for([
    ['openapi.json', openApi],
    ['asyncapi.json', asyncApi],
  ] as const)('%s refers to nothing that is not there', ([_name, document]) => {
    const references = referencesIn(document)
    expect(references.length).toBeGreaterThan(20)
    expect(references.filter((reference) => find(document, reference) === undefined)).toEqual([])
  })

  test('docs/asyncapi.json has every type of message of the channel', () => {
    const types = 'ack cancel encoders goodbye hello new_token order ping pong progress result welcome'
    expect(Object.keys(asyncApi.components.messages).toSorted().join(' ')).toBe(types)
  })

  test('docs/openapi.json has the endpoints of bridges and operators that the hub serves, all of them', async ({
    hub,
  }) => {
    const routes = await collectRoutes(async () => (await hub.restart()).close())
    const ours = routes
      .map((route) => route.replace(/^.* /, 'POST '))
      .filter((route) =>
        / \/bridge\/|\/bridges\/(?!get$|list$)| \/api_keys\/| \/enrolment_tokens\//.test(route),
      )
    expect(
      Object.keys(openApi.paths)
        .map((path) => `POST ${path}`)
        .toSorted(),
    ).toEqual(ours.toSorted())
    expect(ours.length).toBeGreaterThanOrEqual(15)
  })
})

describe('the hub answers as docs/openapi.json says', () => {
  const check = checker(openApi)

  test('to a claim, and to one that it refuses', async ({ hub }) => {
    const names = { bridge_client_name: 'a', bridge_client_time_zone: 'Europe/Vienna' }
    const session = { ...names, bridge_client_machine_identifier_key: 'm' }
    const { body } = await hub.post('/seam/bridge/v1/bridge_client_sessions/create', session, null)
    const request = { pairing_code: body.bridge_client_session.pairing_code }
    expect(check('ClaimRequest', request)).toBeNull()
    expect(check('ClaimResponse', (await hub.post('/bridges/claim', request)).body)).toBeNull()
    const again = await hub.post('/bridges/claim', request)
    expect(again.status).toBe(404)
    expect(check('Error', again.body)).toBeNull()
    expect(check('ClaimResponse', again.body)).not.toBeNull()
  })

  test('to what a bridge asks: an order, its doors, a credential, and its messages', async ({ hub }) => {
    const encoder = encoderNamed('Front Desk')
    const token = await pairDemoDesk(hub)
    const poll = async (...messages: object[]) => {
      const request = { wait_ms: 0, messages }
      expect(check('PollRequest', request)).toBeNull()
      const { body } = await hub.post('/bridge/v1/poll', request, token)
      expect(check('PollResponse', body)).toBeNull()
      return body.messages
    }
    const envelope = { v: 1, at: '2026-11-23T12:00:00Z' }
    const hello = { version: '0.1.0', encoders: [encoder], open_order_ids: [] }
    await poll({ ...envelope, id: 'h', type: 'hello', body: hello })

    const { methodId: access_method_id } = await demoCard(hub)
    const wanted = { access_method_id, acs_encoder_id: encoder.acs_encoder_id }
    expect(check('DeskEncodeRequest', wanted)).toBeNull()
    const ordered = await hub.post('/bridge/v1/access_methods/encode', wanted, token)
    expect(check('DeskEncodeResponse', ordered.body)).toBeNull()
    const [order] = await poll()
    expect(check('Order', order.body)).toBeNull()
    const asked = { acs_credential_id: order.body.encode.acs_credential_id }
    expect(check('LookupRequest', asked)).toBeNull()
    const found = await hub.post('/bridge/v1/credentials/lookup', asked, token)
    expect(found.body.acs_credential).not.toBeNull()
    expect(check('LookupResponse', found.body)).toBeNull()
    const doors = await hub.post('/bridge/v1/entrances/list', {}, token)
    expect(check('EntrancesResponse', doors.body)).toBeNull()
  })
})

describe('the messages of the channel are as docs/asyncapi.json says', () => {
  const check = checker(asyncApi)
  const nameOf = (type: string): string => `${type.slice(0, 1).toUpperCase()}${type.slice(1)}Message`

  test('those that the hub sends over a WebSocket', async ({ hub }) => {
    const bridge = await hub.bridge()
    const { methodId: access_method_id } = await demoCard(hub)
    const { body } = await hub.post('/acs/encoders/list')
    const { acs_encoder_id } = body.acs_encoders[0]
    await hub.post('/access_methods/encode', { access_method_id, acs_encoder_id })
    const order = await bridge.takeOrder()
    await bridge.report(order.order_id, encoded)
    await bridge.settled()
    expect(new Set(bridge.received.map(({ type }) => type))).toEqual(
      new Set(['welcome', 'order', 'ack', 'pong']),
    )
    for (const message of bridge.received) expect(check(nameOf(message.type), message)).toBeNull()
    const [welcome] = bridge.received
    expect(check('OrderMessage', welcome)).not.toBeNull()
  })
})
