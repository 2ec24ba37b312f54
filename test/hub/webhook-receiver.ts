import { createServer } from 'node:http'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

interface Delivery {
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** Answers a delivery with its number, from 1 on; null lets it wait for ever. */
type Status = (delivery: number) => number | null

/** An integrator's server. */
export const openReceiver = async (status: Status = () => 204) => {
  const received: Delivery[] = []
  const waiting: { wanted: number; resolve: () => void }[] = []
  const take = async (delivery: Delivery, response: ServerResponse): Promise<void> => {
    received.push(delivery)
    const code = status(received.length)
    if (code !== null) response.writeHead(code, code === 302 ? { location: '/elsewhere' } : {}).end()
    for (const { wanted, resolve } of waiting) if (received.length >= wanted) resolve()
  }
  const server = createServer((request, response) => {
    void text(request).then((body) => take({ headers: request.headers, body }, response))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}/seam`,
    received,
    /** Resolves when so many have come. */
    count: async (wanted: number): Promise<void> => {
      if (received.length >= wanted) return
      await new Promise<void>((resolve) => void waiting.push({ wanted, resolve }))
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
}

export const typesOf = (deliveries: readonly Delivery[]): string[] =>
  deliveries.map(({ body }) => (JSON.parse(body) as { event_type: string }).event_type)
