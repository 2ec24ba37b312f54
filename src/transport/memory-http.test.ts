import { expect, test } from 'vitest'
import { createServerOf } from '../../test/support/network-emulators.ts'
import type { HttpRequest, HttpResponse } from '../contract/index.ts'
import { connectHttp } from './memory-http.ts'

const idle = { signal: new AbortController().signal }
const post: HttpRequest = { method: 'POST', path: '/x', body: { a: [1], b: undefined } }
const fine: HttpResponse = { status: 200, headers: {}, body: { ok: true } }

const silent = (): Promise<HttpResponse> => new Promise(() => undefined)

test('requests and answers go across as JSON, and nothing of them is shared', async () => {
  const asked: HttpRequest[] = []
  const answer = { ...fine, headers: { 'x-id': '1' }, body: { list: [1] } }
  const transport = connectHttp(
    createServerOf((request) => {
      asked.push(request)
      return answer
    }),
  )
  const told = await transport.request(post, idle)
  expect(asked).toEqual([{ method: 'POST', path: '/x', body: { a: [1] } }])
  expect(asked[0]?.body).not.toHaveProperty('b')
  expect(told).toEqual(answer)
  expect(told.body).not.toBe(answer.body)
  expect(transport.messagesCrossed).toBe(2)
})

test('an answer without a body has none', async () => {
  const transport = connectHttp(createServerOf(() => ({ ...fine, body: undefined })))
  expect((await transport.request({ method: 'GET', path: '/' }, idle)).body).toBeNull()
})

test('without its cable a server is not reached, and nobody is told of a loss', async () => {
  const server = createServerOf(() => expect.unreachable())
  const transport = connectHttp(server)
  transport.listen({ onLost: () => expect.unreachable() })
  transport.unplug()
  await expect(transport.request(post, idle)).rejects.toMatchObject({ code: 'device_absent' })
  await new Promise(setImmediate)
  expect(server.powerCycles).toBe(0)
})

test.each([
  [0, 'device_absent', 0],
  [1, 'device_lost', 1],
  [2, null, 1],
])('a cable that goes after %i messages: %s', async (count, code, handled) => {
  let times = 0
  const transport = connectHttp(
    createServerOf(() => {
      times += 1
      return fine
    }),
  )
  transport.unplugAfterMessages(count)
  const told = await transport.request(post, idle).then(
    () => null,
    (error: { readonly code: string }) => error.code,
  )
  expect([told, times]).toEqual([code, handled])
})

test('a cable that goes while the server thinks leaves open what it did', async () => {
  const transport = connectHttp(createServerOf(silent))
  const asking = transport.request(post, idle)
  await new Promise(setImmediate)
  transport.unplug()
  await expect(asking).rejects.toMatchObject({ code: 'device_lost' })
})

test('an abort ends the request at once, and the server hears of it', async () => {
  const given = new AbortController()
  let heard: AbortSignal | undefined
  const transport = connectHttp(
    createServerOf((_, signal) => {
      heard = signal
      return silent()
    }),
  )
  const asking = transport.request(post, given)
  await new Promise(setImmediate)
  given.abort()
  await expect(asking).rejects.toMatchObject({ code: 'aborted' })
  expect(heard?.aborted).toBe(true)
  await expect(transport.request(post, given)).rejects.toMatchObject({ code: 'aborted' })
  expect(transport.messagesCrossed).toBe(1)
})

test('after closing nothing is asked', async () => {
  const transport = connectHttp(createServerOf(() => fine))
  await transport.close()
  await expect(transport.request(post, idle)).rejects.toMatchObject({ code: 'device_closed' })
})
