import { expect } from 'vitest'
import { createDeskWork } from '../../src/hub/gateway/desk-work.ts'
import { createKeptAnswer } from '../../src/hub/gateway/kept-answers.ts'
import type { Upstream } from '../../src/hub/gateway/upstream.ts'
import { openBareHub } from './bare-hub.ts'
import { createFakeClock } from './fake-clock.ts'
import { upstreamAt } from './gateway-rig.ts'
import { test } from './hub-fixture.ts'

test('a hub that stops asks the upstream nothing more for a list that is under way', async ({ dataDir }) => {
  await using bare = openBareHub(dataDir)
  const asked: string[] = []
  const upstream: Upstream = {
    ...upstreamAt('https://seam.example', 'seam_test'),
    open: () => {
      throw new Error('not used')
    },
    call: async (path) => {
      asked.push(path)
      work.close()
      const more = { has_next_page: true, next_page_cursor: 'more' }
      return { kind: 'answered', status: 200, body: { access_grants: [], pagination: more } }
    },
    close: () => undefined,
  }
  const work = createDeskWork(bare.hub, upstream)
  await expect(work.list('house')).rejects.toMatchObject({ detail: 'The hub stops.' })
  expect(asked).toEqual(['/access_grants/list'])
})

test('an answer that was made old while it was asked for is asked for again, after it', async () => {
  const answers: ((text: string) => void)[] = []
  const kept = createKeptAnswer(
    createFakeClock(),
    10_000,
    () => new Promise<string>((resolve) => answers.push(resolve)),
  )
  const first = kept.get()
  await Promise.resolve()
  kept.forget()
  const second = kept.get()
  await Promise.resolve()
  expect(answers).toHaveLength(1)
  answers[0]?.('before')
  expect(await first).toBe('before')
  await expect.poll(() => answers.length).toBe(2)
  answers[1]?.('after')
  expect(await second).toBe('after')
  expect(await kept.get()).toBe('after')
})
