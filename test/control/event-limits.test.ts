import { expect, onTestFinished, test } from 'vitest'
import { streamEvents } from '../../src/control/events.ts'
import { frontDesk, openControl } from '../support/fake-control-ports.ts'
import * as schema from '../../src/control/schema.ts'
import { bearer, send } from './request.ts'

test('what a client leaves unread is bounded in bytes, however long the lines are', () => {
  const reads: ((event: never) => void)[] = []
  const stream = streamEvents(
    {
      list: () => [frontDesk],
      onChange: () => () => undefined,
      onCard: () => () => undefined,
      onScannerRead: (observer: (event: never) => void) => {
        reads.push(observer)
        return () => undefined
      },
    } as never,
    true,
    new AbortController().signal,
  )
  const read = { technology: 'barcode', data: new Uint8Array(8_192), bitCount: null, symbology: null }
  for (let count = 0; count < 400; count += 1) {
    for (const tell of reads) tell({ encoderId: frontDesk.encoderId, read } as never)
  }
  expect(stream.destroyed).toBe(true)
  expect(stream.readableLength).toBeLessThan(300_000)
})

test('more followers than a desk has programs are refused, and one that goes makes room', async () => {
  await using control = await openControl()
  const warnings: Error[] = []
  const note = (warning: Error): void => void warnings.push(warning)
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const follow = (leaving: AbortController) =>
    fetch(`${control.endpoint}/v1/events`, {
      headers: { authorization: `Bearer ${control.token}` },
      signal: leaving.signal,
    })
  const followers = Array.from({ length: 32 }, () => new AbortController())
  // Kept: the body of an answer that nobody holds is given up by the garbage collector.
  const answers: Response[] = []
  for (const follower of followers) answers.push(await follow(follower))
  expect(answers.map(({ status }) => status)).toEqual(followers.map(() => 200))
  const refused = await send(control.port, 'GET', '/v1/events', bearer(control.token))
  expect([refused.status, schema.ErrorBody.parse(refused.body).error.code]).toEqual([429, 'rate_limited'])
  followers[0]?.abort()
  await expect.poll(() => control.changes.count()).toBe(31)
  const next = new AbortController()
  answers.push(await follow(next))
  expect(answers.at(-1)?.status).toBe(200)
  for (const follower of [...followers, next]) follower.abort()
  expect(warnings).toEqual([])
})
