import { expect, test } from 'vitest'
import { BridgeError, type HttpTransport } from 'encoder-bridge/driver'
import { createFakeClock } from '../../test/support/fake-clock.ts'
import { createRequests } from './requests.ts'

const signal = new AbortController().signal

const requestsTo = (status: number, headers: Readonly<Record<string, string>> = {}) => {
  const transport: HttpTransport = {
    kind: 'http',
    path: 'test',
    listen: () => () => undefined,
    close: async () => undefined,
    request: async () => ({ status, headers, body: { ok: true } }),
  }
  return createRequests(transport, createFakeClock())
}

const ask = (...answer: Parameters<typeof requestsTo>) =>
  requestsTo(...answer).ask({ method: 'POST', path: '/' }, signal)

test.each([
  [200, 'answered'],
  [204, 'answered'],
  [301, 'unclear'],
  [400, 'refused'],
  [401, 'refused'],
  [404, 'refused'],
  [408, 'unclear'],
  [429, 'limited'],
  [499, 'refused'],
  [500, 'unclear'],
  [503, 'unclear'],
])('a server that answers with %i has %s', async (status, kind) => {
  expect((await ask(status)).kind).toBe(kind)
})

test.each([
  ['2', 2000],
  ['0', 0],
  ['60', 60_000],
  ['86400', 60_000],
  ['Wed, 25 Nov 2026 11:00:00 GMT', 1000],
  ['-1', 1000],
])('Retry-After: %s', async (value, waitMs) => {
  expect(await ask(429, { 'retry-after': value })).toEqual({ kind: 'limited', waitMs })
})

test('without Retry-After a second is waited', async () => {
  expect(await ask(429)).toEqual({ kind: 'limited', waitMs: 1000 })
})

test.each([
  ['device_absent', 'notSent'],
  ['device_lost', 'unclear'],
] as const)(
  'why the transport gave up (%s) is told once, without the words of its code',
  async (code, kind) => {
    const transport: HttpTransport = {
      kind: 'http',
      path: 'test',
      listen: () => () => undefined,
      close: async () => undefined,
      request: async () => {
        throw new BridgeError(code, 'seam.example refuses the connection.')
      },
    }
    const reply = await createRequests(transport, createFakeClock()).ask(
      { method: 'POST', path: '/' },
      signal,
    )
    expect(reply).toEqual({ kind, reason: 'seam.example refuses the connection.' })
  },
)
