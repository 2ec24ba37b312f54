import { once } from 'node:events'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

/** A way to a hub that writes down what it is asked for, and can be cut or lose answers. */
export interface Tap {
  readonly endpoint: string
  /** The paths, in their order. */
  readonly asked: string[]
  /** Whether a question is dropped on its way, and its connection closed. */
  isCut: (path: string) => boolean
  /** What this path answers is lost on the way back. */
  loseAnswersOf: string | null
  /** Resolves when the next answer was lost. */
  nextLost(): Promise<void>
}

export const openTap = async (target: string): Promise<Tap> => {
  const lost: (() => void)[] = []
  const server = createServer((incoming, reply) => {
    if (tap.isCut(incoming.url ?? '')) return void incoming.destroy()
    tap.asked.push(incoming.url ?? '')
    const { method, headers } = incoming
    const outgoing = request(new URL(incoming.url ?? '/', target), { method, headers, agent: false })
    outgoing.on('error', () => reply.destroy())
    outgoing.on('response', (answer) => {
      if (tap.loseAnswersOf === incoming.url) {
        answer.resume()
        reply.destroy()
        for (const told of lost.splice(0)) told()
        return
      }
      reply.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(reply)
    })
    incoming.pipe(outgoing)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  const tap: Tap = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked: [],
    isCut: () => false,
    loseAnswersOf: null,
    nextLost: () => new Promise((resolve) => lost.push(resolve)),
  }
  return tap
}
