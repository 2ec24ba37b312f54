import { describe, expect } from 'vitest'
import { ErrorAnswer } from '../../src/hub/refusal.ts'
import { collectRoutes } from '../support/collect-routes.ts'
import { walkEveryEndpoint } from './every-endpoint.ts'
import type { Ask, Asking } from './every-endpoint.ts'
import { askHub, readJson, test } from './hub-fixture.ts'
import type { Answer, TestHub } from './hub-fixture.ts'
import { documentedMethods, successSchema } from './openapi-schema.ts'
import { ownSuccessSchema } from './own-schema.ts'

/** For people with a browser: no JSON. */
const isPage = (path: string): boolean => /^\/(?:ik\/:token|hub.*)?$/.test(path)
const needsNoToken = ['/health', '/seam/bridge/v1/bridge_client_sessions/create']

interface Route {
  readonly method: NonNullable<Asking['method']>
  readonly path: string
}

/** Every method of every address that the hub answers with JSON. */
const routesOf = async (hub: TestHub): Promise<{ hub: TestHub; routes: readonly Route[] }> => {
  let restarted = hub
  const lines = await collectRoutes(async () => {
    restarted = await hub.restart()
  })
  const routes = lines.flatMap((line) => {
    const [, methods = '', path = ''] = /^(.*) (\S+)$/.exec(line) ?? []
    return methods.split(', ').map((method) => ({ method: method as Route['method'], path }))
  })
  return { hub: restarted, routes: routes.filter(({ path }) => !isPage(path)) }
}

const inQuery = (parameters: object): string => {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(parameters)) {
    for (const one of [value].flat()) query.append(name, String(one))
  }
  return query.size === 0 ? '' : `?${query.toString()}`
}

const askBy = async (
  hub: TestHub,
  { method, path }: Route,
  parameters: object | string,
  bearer: string | null,
): Promise<Answer> => {
  const isGet = method === 'GET'
  const query = isGet && typeof parameters === 'object' ? inQuery(parameters) : ''
  const body = typeof parameters === 'string' ? parameters : JSON.stringify(parameters)
  const response = await fetch(`${hub.endpoint}${path}${query}`, {
    method,
    headers: {
      ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
      ...(!isGet && { 'content-type': 'application/json' }),
    },
    ...(!isGet && { body }),
  })
  return { status: response.status, body: await readJson(response) }
}

describe('every answer', () => {
  test('that is a success is as the published document says, of each endpoint by each method', async ({
    hub: first,
  }) => {
    const { hub, routes } = await routesOf(first)
    const checked = new Set<string>()
    const ask: Ask = async (path, parameters = {}, { method = 'POST', bearer = hub.apiKey } = {}) => {
      const name = `${method} ${path}`
      const answer = await askBy(hub, { method, path }, parameters, bearer)
      expect(answer, name).toMatchObject({ status: 200 })
      const validate = ownSuccessSchema(path) ?? successSchema(path)
      expect(validate(answer.body), `${name}: ${JSON.stringify(validate.errors)}`).toBe(true)
      checked.add(name)
      return answer
    }
    await walkEveryEndpoint(hub, ask)
    const served = routes.map(({ method, path }) => `${method} ${path}`)
    expect([...checked].toSorted()).toEqual(served.toSorted())
    expect(served.length).toBeGreaterThan(80)
    await hub.close()
  })

  test('comes by the methods that the document names, where it knows the endpoint', async ({
    hub: first,
  }) => {
    const { hub, routes } = await routesOf(first)
    const paths = [...new Set(routes.map(({ path }) => path))].filter(
      (path) => documentedMethods(path).length > 0,
    )
    for (const path of paths) {
      const methods = routes.filter((route) => route.path === path).map(({ method }) => method)
      expect(methods.toSorted(), path).toEqual(documentedMethods(path))
    }
    expect(paths.length).toBeGreaterThan(50)
    await hub.close()
  })

  test('to a request without a token, or with a wrong one, is 401 and has the shape of errors', async ({
    hub: first,
  }) => {
    const { hub, routes } = await routesOf(first)
    for (const route of routes.filter(({ path }) => !needsNoToken.includes(path))) {
      // A stranger may ask so often in a second.
      hub.clock.advance(1_000)
      for (const bearer of [null, 'seam_wrong']) {
        const answer = await askBy(hub, route, {}, bearer)
        expect(answer.status, `${route.method} ${route.path}`).toBe(401)
        expect(ErrorAnswer.parse(answer.body).error.type).toBe('unauthorized')
      }
      // Strangers get no more than so many answers a second.
      hub.clock.advance(1_000)
    }
    expect((await askHub(hub.endpoint, '/workspaces/get', {}, 'Basic')).status).toBe(401)
    await hub.close()
  })

  test('to what is no JSON, or no object, is 400 and has the shape of errors', async ({ hub: first }) => {
    const { hub, routes } = await routesOf(first)
    const session = await hub.pair()
    for (const route of routes.filter(({ method }) => method !== 'GET')) {
      const isBridges = /^\/(?:seam\/bridge|bridge)\//.test(route.path)
      for (const body of ['{', '[]']) {
        const answer = await askBy(hub, route, body, isBridges ? session : hub.apiKey)
        expect(answer.status, `${route.method} ${route.path} ${body}`).toBe(400)
        expect(ErrorAnswer.parse(answer.body).error.type).toBe('invalid_input')
      }
    }
    await hub.close()
  })

  test.for([
    ['/access_grants/create', { requested_access_methods: [{ mode: 'tattoo' }] }, 400, 'invalid_input'],
    ['/access_grants/get', { access_grant_id: 'no-uuid' }, 400, 'invalid_input'],
    [
      '/access_grants/get',
      { access_grant_id: '00000000-0000-4000-8000-000000000001' },
      404,
      'access_grant_not_found',
    ],
    ['/acs/encoders/list', { acs_system_id: 'no uuid' }, 400, 'invalid_input'],
    ['/acs/encoders/simulate/next_credential_encode_will_fail', { scenario: 'x' }, 400, 'invalid_input'],
    ['/no/such/endpoint', {}, 404, 'route_not_found'],
  ] as const)('of %s that refuses has Seam’s error shape', async ([path, body, status, type], { hub }) => {
    const answer = await hub.post(path, body)
    expect(answer.status).toBe(status)
    expect(ErrorAnswer.parse(answer.body).error.type).toBe(type)
  })
})
