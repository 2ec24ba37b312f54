import { connect } from 'node:net'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { allControlRoutes } from '../../src/control/schema/routes.ts'
import { openControl } from '../support/fake-control-ports.ts'
import { json, send } from '../control/request.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 300)
/** The limiter lets so many of one caller through at once: more would be answered by it alone. */
const RUNS_OF_ONE_SERVER = 300

const routes = allControlRoutes.filter(({ form }) => form !== 'events')

const word = fc.oneof(
  fc.constantFrom(
    'wait_ms',
    'after',
    'encoder',
    'values',
    'revision',
    '__proto__',
    'role',
    'limit',
    'order-1',
  ),
  fc.string({ maxLength: 20 }),
)
const body = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.dictionary(word, fc.jsonValue({ maxDepth: 2 })).map((fields) => JSON.stringify(fields)),
  fc.string({ unit: 'binary', maxLength: 100 }),
)
const asked = fc.record({
  route: fc.constantFrom(...routes),
  inPath: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 }).map(encodeURIComponent),
  query: fc.dictionary(word, word).map((fields) => new URLSearchParams(fields).toString()),
  body,
})

const waits = (text: string): boolean => /wait_ms|identify|badge|switch/.test(text)

test('whatever a caller with the token asks is answered, and with no fault of the daemon’s own', async () => {
  for (let done = 0; done < RUNS; done += RUNS_OF_ONE_SERVER) {
    await using control = await openControl()
    await fc.assert(
      fc.asyncProperty(asked, async ({ route, inPath, query, body: text }) => {
        const { method } = route
        const path = route.path.replaceAll(/:\w+/g, inPath)
        // Whoever waits for a card is answered in half a minute: other tests ask that.
        fc.pre(!waits(`${path}${query}${text}`))
        const url = method === 'GET' ? `${path}?${query}` : path
        const answer = await send(
          control.port,
          method,
          url,
          json(control.token),
          method === 'GET' ? undefined : text,
        )
        expect(answer.text, `${method} ${url} ${text}`).not.toContain('internal_error')
        expect(answer.status).not.toBe(500)
      }),
      { numRuns: RUNS_OF_ONE_SERVER },
    )
    expect(control.log.filter(({ level }) => level === 'error')).toEqual([])
    const health = await send(control.port, 'GET', '/healthz')
    expect([200, 429]).toContain(health.status)
  }
})

test('bytes that are no HTTP leave the server answering', async () => {
  await using control = await openControl()
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 400 }), async (bytes) => {
      const socket = connect(control.port, '127.0.0.1')
      await new Promise<void>((resolve) => {
        socket.once('close', () => resolve())
        socket.once('error', () => undefined)
        socket.end(bytes)
        socket.resume()
      })
    }),
    { numRuns: 50 },
  )
  expect((await send(control.port, 'GET', '/healthz')).status).toBe(200)
})
