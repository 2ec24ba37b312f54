import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerAddress } from '../caller-address.ts'
import type { HubContext } from '../context.ts'
import { createLimiter } from '../limiter.ts'
import { html } from './html.ts'
import type { Html } from './html.ts'
import { overviewOf } from './overview.ts'
import { createSignIns } from './sign-ins.ts'
import { STYLE } from './style.ts'

export const HUB_PAGE_PATH = '/hub'

const COOKIE = 'hub_ticket'
const REFRESH_S = 15

const POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

const send = (reply: FastifyReply, status: number, body: Html, refresh: boolean): FastifyReply =>
  reply
    .status(status)
    .type('text/html; charset=utf-8')
    .headers({
      'content-security-policy': POLICY,
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      // Not "no-referrer": the forms would come without their origin.
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'x-robots-tag': 'noindex, nofollow',
      ...(refresh && { refresh: String(REFRESH_S) }),
    })
    .send(
      html`<!doctype html>
        <html lang="en">
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <title>Hub</title>
          <link rel="stylesheet" href="/hub/style.css" />
          <body>
            ${body}
          </body>
        </html> `.html,
    )

const signInForm = (problem: string): Html =>
  html`<main>
    <form class="card" method="post" action="/hub/sign-in">
      <h1>Hub</h1>
      <p class="soft">
        Sign in with an API key of the workspace. This browser keeps no key, only a ticket for twelve hours.
      </p>
      ${problem === '' ? '' : html`<p class="bad" role="alert">${problem}</p>`}
      <label for="key">API key</label>
      <input id="key" name="api_key" type="password" autocomplete="off" required autofocus />
      <button>Sign in</button>
    </form>
  </main>`

const SignIn = z.object({ api_key: z.string().max(200) })

/** The operator's page: server-made, without a script. Only who holds an API key sees anything. */
export const registerHubPage = (app: FastifyInstance, hub: HubContext): void => {
  const signIns = createSignIns(hub)
  const tries = createLimiter(hub.clock, { burst: 10, perSecond: 10 / 60 })
  /** A proxy on this computer may speak TLS for us. */
  const isSecure = (request: FastifyRequest): boolean =>
    request.protocol === 'https' || hub.publicUrl().startsWith('https:')
  const cookieFor = (request: FastifyRequest) =>
    ({ path: '/hub', httpOnly: true, sameSite: 'strict', secure: isSecure(request) }) as const

  void app.register(async (page) => {
    await page.register(cookie)
    page.get('/', async (_request, reply) => reply.redirect('/hub'))
    page.get('/hub/style.css', async (_request, reply) => reply.type('text/css; charset=utf-8').send(STYLE))

    page.get(HUB_PAGE_PATH, async (request, reply) => {
      const key = signIns.find(request.cookies[COOKIE] ?? '')
      return key === null
        ? send(reply, 200, signInForm(''), false)
        : send(reply, 200, overviewOf(hub, key.workspace_id), true)
    })

    page.post('/hub/sign-in', async (request, reply) => {
      const address = callerAddress(request.raw)
      tries.check(address)
      const { data } = SignIn.safeParse(request.body)
      const ticket = signIns.open(data?.api_key.trim() ?? '')
      if (ticket === null) {
        tries.take(address)
        return send(reply, 401, signInForm('This API key is not known.'), false)
      }
      return reply.setCookie(COOKIE, ticket, cookieFor(request)).redirect('/hub', 303)
    })

    page.post('/hub/sign-out', async (request, reply) => {
      signIns.close(request.cookies[COOKIE] ?? '')
      return reply.clearCookie(COOKIE, cookieFor(request)).redirect('/hub', 303)
    })
  })
}
