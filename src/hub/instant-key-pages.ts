import type { FastifyInstance, FastifyReply } from 'fastify'
import { z } from 'zod'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import type { MobileKeyRow } from './store-access.ts'

/** The token is the key: it is never logged, and errors name this pattern only. */
export const INSTANT_KEY_PATH = '/ik/:token'

interface Page {
  readonly status: number
  readonly text: string
  readonly isOpenable?: boolean
}

/** The texts are ours, and none holds anything of a request. */
const html = ({ text, isOpenable }: Page): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<title>Sandbox key</title>
<style>body { font: 1.1rem/1.5 sans-serif; max-width: 30rem; margin: 3rem auto; padding: 0 1rem }</style>
<h1>Sandbox key</h1>
<p>${text}</p>
<p><strong>This is a sandbox. The key opens no door.</strong></p>
${isOpenable === true ? '<form method="post"><button>Open the key</button></form>\n' : ''}</html>
`

const send = (reply: FastifyReply, page: Page): FastifyReply =>
  reply
    .status(page.status)
    .type('text/html; charset=utf-8')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'`,
    )
    // Not "no-referrer": the form would come without its origin.
    .header('referrer-policy', 'same-origin')
    .header('x-robots-tag', 'noindex, nofollow')
    .send(html(page))

const gone = (text: string): Page => ({ status: 410, text })

/**
 * The page behind an Instant Key's link. Looking at it, as previews of mail and chat do, uses nothing up; the button does.
 * There is no script.
 */
export const registerInstantKeyPages = (app: FastifyInstance, hub: HubContext): void => {
  const { grants, methods, mobileKeys } = hub.store

  const look = (token: string): { page: Page; key: MobileKeyRow | null } => {
    const key = mobileKeys.find({ instant_key_token: token })
    const method = methods.find({ access_method_id: key?.access_method_id ?? '', deleted_at: null })
    const grant = grants.find({ access_grant_id: method?.access_grant_id ?? '' })
    if (key === null || method === null || grant === null) {
      return { page: { status: 404, text: 'There is no such key, or it was taken back.' }, key: null }
    }
    const { starts_at, ends_at } = grant
    if (ends_at !== null && ends_at <= nowOf(hub)) return { page: gone('This key has expired.'), key: null }
    if (key.uses >= (method.instant_key_max_use_count ?? 1)) {
      return { page: gone('This key was opened already.'), key: null }
    }
    const until = ends_at === null ? '' : ` until ${ends_at}`
    return { page: { status: 200, text: `A key from ${starts_at}${until}.`, isOpenable: true }, key }
  }

  const tokenOf = (params: unknown): string => z.object({ token: z.string() }).parse(params).token

  app.get(INSTANT_KEY_PATH, async ({ params }, reply) => send(reply, look(tokenOf(params)).page))

  app.post(INSTANT_KEY_PATH, async ({ params }, reply) => {
    const page = hub.store.transaction(() => {
      const { page: seen, key } = look(tokenOf(params))
      if (key === null) return seen
      mobileKeys.update({ access_method_id: key.access_method_id }, { uses: key.uses + 1 })
      return { status: 200, text: 'The key is open on this phone.' }
    })
    return send(reply, page)
  })
}
