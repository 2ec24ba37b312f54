import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRestCards } from '../../../src/seam/rest/rest-cards.ts'
import { createRestLink } from '../../../src/seam/rest/rest-link.ts'
import { createSeamClient } from '../../../src/seam/rest/seam-client.ts'
import { createWaitingCards } from '../../../src/seam/rest/waiting-cards.ts'
import type { Clock } from '../../../src/contract/transport.ts'
import { createFakeClock } from '../../support/fake-clock.ts'
import { straight } from '../desk.ts'

export const METHOD_ID = '55555555-5555-4555-8555-555555555555'
export const ATTEMPT_ID = '77777777-7777-4777-8777-777777777777'
export const KEY = 'seam_test_secret'
/** As src/seam/rest/seam-client.ts has it. */
const REQUEST_DEADLINE_MS = 20_000
const NOW = Date.parse('2026-06-01T12:00:00.000Z')

/** What the next question to an address gets; the last one stays. */
export type Answer =
  | { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown }
  | 'hang'
  | 'cut'
  | 'half'

export const refused = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers,
  body: { error: { type: 'no', message: `No, said with ${status}.` }, ok: false },
})

const answerWith = (response: ServerResponse, answer: Answer): void => {
  if (answer === 'hang') return
  if (answer === 'cut') return void response.destroy()
  if (answer === 'half') {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
    response.write('{"ok": tr', () => response.destroy())
    return
  }
  response.writeHead(answer.status ?? 200, {
    'content-type': 'application/json',
    date: new Date(NOW).toUTCString(),
    ...answer.headers,
  })
  response.end(typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body))
}

/** A Seam on a real socket that misbehaves as a test tells it, and a desk's parts on a clock that the test moves. */
export const openFakeSeam = async () => {
  const asked: { readonly path: string; readonly body: unknown }[] = []
  const answers = new Map<string, Answer[]>()
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (piece: string) => (text += piece))
    request.on('end', () => {
      const path = request.url ?? ''
      asked.push({ path, body: JSON.parse(text) })
      const told = answers.get(path) ?? []
      const [next = refused(404)] = told
      if (told.length > 1) told.shift()
      answerWith(response, request.headers.authorization === `Bearer ${KEY}` ? next : refused(401))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clock = createFakeClock()
  const requestDeadlines = new Map<object, () => void>()
  /** Requests cross real sockets, so that only a test says when their time is over; the pauses between them are the fake clock's. */
  const requestClock: Clock = {
    now: clock.now,
    setTimeout: (callback, delayMs) => {
      if (delayMs !== REQUEST_DEADLINE_MS) return clock.setTimeout(callback, delayMs)
      const timer = {}
      requestDeadlines.set(timer, callback)
      return timer
    },
    clearTimeout: (timer) => {
      if (typeof timer === 'object' && timer !== null) requestDeadlines.delete(timer)
      else clock.clearTimeout(timer)
    },
  }
  const wallClock = (): Date => new Date(NOW + clock.now())
  const link = createRestLink({ endpoint, wallClock, clockSkewMs: () => client.clockSkewMs() })
  const client = createSeamClient({
    address: { endpoint, token: KEY, network: straight },
    clock: requestClock,
    wallClock,
    onOutcome: link.note,
  })
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
  return {
    endpoint,
    asked,
    clock,
    client,
    link,
    cards: createRestCards(client, clock),
    waiting: createWaitingCards({ client, acsSystemIds: null, timeZone: 'UTC', wallClock }),
    /** Answers of one address, one after the other. */
    answer: (path: string, ...told: Answer[]): void => void answers.set(path, told),
    /** The time of every request under way is over. */
    expireRequests: (): void => {
      for (const expire of requestDeadlines.values()) expire()
    },
    paths: () => asked.map(({ path }) => path),
    close,
    [Symbol.asyncDispose]: close,
  }
}
