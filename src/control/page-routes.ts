import { existsSync } from 'node:fs'
import { join } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance, FastifyReply } from 'fastify'
import { BridgeError } from '../contract/errors.ts'
import type { Serve } from './serve.ts'

/** What the page may do: its own files and its own daemon, nothing inline, nothing embedded. */
const policyOf = (host: string): string =>
  [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    `connect-src 'self' ws://${host}`,
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ')

/** A year: the build names a file anew when its content changes. */
const KEPT_FOR_A_YEAR = 'public, max-age=31536000, immutable'

const notBuilt = `The operator’s page is not part of this installation: \`npm run build\` makes it.
Everything else of this daemon works: \`encoder-bridge status\`.
`

/** Serves the operator's page from its folder; where there is none, says so. */
export const addPageRoutes = async (app: FastifyInstance, serve: Serve, folder: string): Promise<void> => {
  const isBuilt = existsSync(join(folder, 'index.html'))
  if (isBuilt) await app.register(fastifyStatic, { root: folder, serve: false })

  const send = (reply: FastifyReply, file: string, cacheControl: string): FastifyReply =>
    reply
      .header('content-security-policy', policyOf(reply.request.headers.host ?? ''))
      .header('cache-control', cacheControl)
      .sendFile(file, { cacheControl: false, dotfiles: 'deny' })

  serve.page(({ reply }) =>
    isBuilt
      ? send(reply, 'index.html', 'no-store')
      : reply.code(503).type('text/plain; charset=utf-8').send(notBuilt),
  )

  serve.pageAsset(({ reply, params }) => {
    if (!isBuilt || !/^[\w-][\w.-]*$/.test(params.file)) throw new BridgeError('route_unknown')
    return send(reply, `assets/${params.file}`, KEPT_FOR_A_YEAR)
  })
}
