import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'

/** What fastify tells of each instance that it makes. */
const CREATED = 'fastify.initialization'

/** The routes, as `GET, POST /path`, of every server that `start` makes. HEAD comes with GET and is left out. */
export const collectRoutes = async (start: () => Promise<unknown>): Promise<readonly string[]> => {
  const routes: string[] = []
  const onCreated = (message: unknown): void => {
    const { fastify } = message as { readonly fastify: FastifyInstance }
    fastify.addHook('onRoute', ({ method, url }) => {
      const methods = [method].flat().filter((one) => one !== 'HEAD')
      if (methods.length > 0) routes.push(`${methods.toSorted().join(', ')} ${url}`)
    })
  }
  subscribe(CREATED, onCreated)
  try {
    await start()
  } finally {
    unsubscribe(CREATED, onCreated)
  }
  return routes.toSorted()
}
