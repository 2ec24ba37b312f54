import fastify from 'fastify'
import { expect, test } from 'vitest'
import { collectRoutes } from '../support/collect-routes.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { openControl } from '../support/fake-control-ports.ts'
import { createServe } from '../../src/control/serve.ts'
import { allControlRoutes, type ControlRoute } from '../../src/control/schema/routes.ts'
import { addClerk, pageWith, signIn } from './page.ts'
import { bearer, send } from './request.ts'

/** Who is let in by each admission, in the words of the table. */
const admitted = {
  anybody: ['nobody', 'locked page', 'read_only', 'operator', 'installer', 'token'],
  locked: ['locked page', 'read_only', 'operator', 'installer', 'token'],
  read_only: ['read_only', 'operator', 'installer', 'token'],
  operator: ['operator', 'installer', 'token'],
  installer: ['installer', 'token'],
} as const satisfies Record<ControlRoute['admits'], readonly string[]>

const turnedAway = {
  nobody: [401, 'control_unauthorized'],
  'locked page': [403, 'control_locked'],
  read_only: [403, 'control_role'],
  operator: [403, 'control_role'],
} as const

/** One of each who may call, at one desk. */
const openDesk = async () => {
  const clock = createFakeClock()
  const control = await openControl(0, undefined, { clock })
  const headersOf = async (role: string): Promise<Record<string, string>> => {
    const clerk = await addClerk(control, role, role, '1234')
    const page = await signIn(control)
    await page.post('/v1/switch', { by: 'pin', clerk_id: clerk, pin: '1234' })
    return { cookie: page.cookie, origin: control.endpoint }
  }
  const callers: Record<string, Record<string, string>> = {
    nobody: {},
    token: bearer(control.token),
    installer: await headersOf('installer'),
    operator: await headersOf('operator'),
    read_only: await headersOf('read_only'),
    'locked page': { cookie: (await signIn(control)).cookie, origin: control.endpoint },
  }
  return { control, callers, clock, [Symbol.asyncDispose]: () => control[Symbol.asyncDispose]() }
}

/** What no handler takes: whoever is let in is told so, and nothing happens. */
const UNFIT = '{"not":"a request"}'

test('each route lets in whom the table says, and nobody else', async () => {
  await using desk = await openDesk()
  const { control, callers, clock } = desk
  const served = new Set(await collectRoutes(async () => (await openControl())[Symbol.asyncDispose]()))
  const routes = allControlRoutes.filter(({ method, path }) => served.has(`${method} ${path}`))
  expect(routes.length).toBeGreaterThan(25)
  for (const { method, path, admits } of routes) {
    // The limiter lets so many strangers in a second.
    await clock.advance(200)
    for (const [who, headers] of Object.entries(callers)) {
      const isGet = method === 'GET'
      const answer = await send(
        control.port,
        method,
        `${path.replaceAll(/:\w+/g, 'none')}${isGet ? '?not=a-request' : ''}`,
        { ...headers, 'content-type': 'application/json' },
        isGet ? undefined : UNFIT,
      )
      const code = (answer.body as { error?: { code: string } } | null)?.error?.code ?? null
      const refusals = Object.values(turnedAway).map(([status, refusal]) => `${status} ${refusal}`)
      const isIn = (admitted[admits] as readonly string[]).includes(who)
      const expected = isIn ? 'let in' : turnedAway[who as keyof typeof turnedAway].join(' ')
      const told = `${answer.status} ${code}`
      expect(refusals.includes(told) ? told : 'let in', `${method} ${path} for ${who}`).toBe(expected)
    }
  }
  expect(control.calls).toEqual([])
})

test('the server has no route that is not in the table', async () => {
  const table = allControlRoutes.map(({ method, path }) => `${method} ${path}`)
  const served = await collectRoutes(async () => (await openControl())[Symbol.asyncDispose]())
  expect(served.filter((route) => !table.includes(route))).toEqual([])
})

test('a page that is signed in as nobody named has the role of its link', async () => {
  await using control = await openControl()
  const page = await signIn(control, 'read_only')
  expect((await page.get('/v1/encoders')).status).toBe(200)
  expect((await page.post('/v1/scans')).status).toBe(403)
})

test('a page without an Origin does nothing that acts, and still reads', async () => {
  await using control = await openControl()
  const { cookie } = await signIn(control)
  const headers = { cookie, 'content-type': 'application/json' }
  const answer = await send(control.port, 'POST', '/v1/scans', headers, '{}')
  expect([answer.status, control.calls]).toEqual([403, []])
  expect((await pageWith(control, cookie).get('/v1/encoders')).status).toBe(200)
})

test('a route that says nobody whom it lets in can’t be hung on the server', () => {
  const app = fastify()
  createServe(app, new AbortController().signal, () => undefined)
  expect(() => app.get('/v1/forgotten', () => 'open to all')).toThrow(
    '/v1/forgotten says nobody whom it lets in.',
  )
})
