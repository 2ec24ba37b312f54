import { BridgeError, type IoOptions, type KeySystem, type TransportKind } from 'encoder-bridge/driver'
import { expect, test } from 'vitest'
import { createFakeKeySystem, lockManifest } from './fake-key-system.ts'
import { startSlotBench } from './slot-bench.ts'

/** A slot of a lock system whose signs of life take some time. */
const startLink = (path: string, transport: TransportKind, answersAfterMs: number) => {
  const asked: number[] = []
  const bench = startSlotBench({
    path,
    manifest: { ...lockManifest, transports: [transport] },
    open: ({ clock }) => {
      const device: KeySystem = {
        ...createFakeKeySystem(),
        probe: ({ signal }: IoOptions) =>
          new Promise((resolve, reject) => {
            asked.push(clock.now())
            const timer = clock.setTimeout(resolve, answersAfterMs)
            signal.addEventListener('abort', () => {
              clock.clearTimeout(timer)
              reject(new BridgeError('aborted'))
            })
          }),
      }
      return Promise.resolve(device)
    },
  })
  return { ...bench, asked }
}

test('a link over TCP is asked for a sign of life every ten seconds, and may take some', async () => {
  await using bench = startLink('tcp://lock.example:4000', 'tcp', 4_900)
  await bench.clock.advance(30_000)
  expect(bench.asked).toEqual([10_000, 24_900])
  expect(bench.losses).toEqual([])
})

test('a link that takes too long is lost', async () => {
  await using bench = startLink('tcp://lock.example:4000', 'tcp', 5_100)
  await bench.clock.advance(15_000)
  expect(bench.losses).toMatchObject([{ code: 'device_unresponsive' }])
})

test('a server is asked once a minute, or when somebody wants to know now; the loop goes on', async () => {
  await using bench = startLink('https://lock.example', 'http', 100)
  await bench.clock.advance(0)
  const before = bench.signs()
  await bench.clock.advance(125_000)
  expect(bench.asked).toEqual([60_000, 120_100])
  expect(bench.signs() - before).toBe(12)
  bench.slot.probeNow()
  await bench.clock.advance(0)
  expect(bench.asked).toHaveLength(3)
})

/** A lock system that breaks off each connection, some time after it was made. */
const startFlapping = (breaksOffAfterMs: number) =>
  startSlotBench({
    path: 'tcp://lock.example:4000',
    manifest: { ...lockManifest, transports: ['tcp'] },
    open: ({ clock }) =>
      Promise.resolve({
        ...createFakeKeySystem(),
        onLost: (observer) =>
          void clock.setTimeout(() => observer(new BridgeError('device_lost')), breaksOffAfterMs),
      }),
  })

test('a lock system that breaks off each connection is connected to more and more seldom', async () => {
  await using bench = startFlapping(100)
  await bench.clock.advance(60_000)
  // 250, 500, 1000, 2000, 4000 ms, then every 5 s.
  expect(bench.state.opens).toBe(16)
  expect(bench.losses).toHaveLength(16)
})

test('one whose connection has held for some time is connected to again at once', async () => {
  await using bench = startFlapping(10_000)
  await bench.clock.advance(60_000)
  expect(bench.state.opens).toBe(6)
})
