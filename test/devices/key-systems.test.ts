import { BridgeError, type Driver, OrderId } from 'encoder-bridge/driver'
import { describe, expect, test } from 'vitest'
import { adapter } from './fake-candidates.ts'
import { createFakeCardDevice } from './fake-card-device.ts'
import { asKeys, idOf, openDeskBench } from './desk-bench.ts'
import {
  createFakeKeySystem,
  type FakeKeySystem,
  keyAbilities,
  keyOrder,
  lockManifest,
} from './fake-key-system.ts'

const path = 'tcp://lock.example:4000'
const signal = new AbortController().signal
const quiet = { signal, beforeSending: () => undefined }
const claimOf = (name: string) => ({ orderId: OrderId.parse(name), owner: 'a test', isFirst: false })

/** A lock system with encoders 1 and 2, and a board beside it; `links` are the connections that were made to it, oldest first. */
const openHotel = async (manifest: Partial<Driver['manifest']> = {}) => {
  const links: FakeKeySystem[] = []
  const key = { path, manifest: { ...lockManifest, ...manifest } }
  const bench = await openDeskBench(
    [
      { name: 'Desk 1', ...key, member: { system: 'Salto', address: '1' } },
      { name: 'Desk 2', ...key, member: { system: 'Salto', address: '2' } },
      { name: 'Board', path: '/dev/ttyUSB0' },
    ],
    [adapter('/dev/ttyUSB0', { serialNumber: 'AAA111', usbPath: '1-1' })],
    {
      [path]: () => {
        const link = createFakeKeySystem()
        links.push(link)
        return Promise.resolve(link)
      },
      '/dev/ttyUSB0': () => Promise.resolve(createFakeCardDevice(true)),
    },
  )
  const { desk } = bench
  const lease = async (index: number) =>
    asKeys(await desk.lease([idOf(index)], claimOf(`order-${index}`), signal))
  return { ...bench, links, lease, link: () => links.at(-1) ?? createFakeKeySystem() }
}

describe('the encoders of a lock system', () => {
  test('share one link, and are told apart by their addresses', async () => {
    const { desk, links } = await openHotel()
    const encoder = {
      driver: 'fake',
      kind: 'keySystem',
      keys: keyAbilities,
      path,
      state: 'ready',
      transport: 'tcp',
    }
    expect(desk.list()).toMatchObject([
      { ...encoder, name: 'Desk 1', address: '1', identity: `path:${path}` },
      { ...encoder, name: 'Desk 2', address: '2', identity: `path:${path}` },
      { name: 'Board', kind: 'card', address: null, keys: null },
    ])
    expect(links).toHaveLength(1)
  })

  test('are leased side by side, each to one order at a time', async () => {
    const { desk, lease, link } = await openHotel()
    const [first, second] = [await lease(0), await lease(1)]
    const both = [first.device.makeKey('1', keyOrder, quiet), second.device.makeKey('2', keyOrder, quiet)]
    expect(desk.list().map(({ state }) => state)).toEqual(['leased', 'leased', 'ready'])
    link().settle('2', { serialNumbers: [], remark: 'second' })
    link().settle('1', { serialNumbers: [], remark: 'first' })
    expect(await Promise.all(both)).toMatchObject([{ remark: 'first' }, { remark: 'second' }])

    const waiting = desk.lease([idOf(0)], claimOf('order-9'), signal)
    await second.release()
    expect(desk.list()[0]?.lease?.orderId).toBe('order-0')
    await first.release()
    expect((await waiting).encoderId).toBe(idOf(0))
  })

  test('are a pool: an order takes whichever is free', async () => {
    const { desk, lease } = await openHotel()
    await lease(0)
    const pooled = await desk.lease([idOf(0), idOf(1)], claimOf('order-9'), signal)
    expect(asKeys(pooled).address).toBe('2')
  })

  test('are asked for a sign of life only while nobody holds any of them', async () => {
    const { clock, lease, link } = await openHotel()
    const [first, second] = [await lease(0), await lease(1)]
    await first.release()
    await clock.advance(10_000)
    expect(link().calls).toEqual([])
    await second.release()
    await clock.advance(10_000)
    expect(link().calls).toEqual(['probe link'])
  })

  test('are lost together with their link, and come back with it', async () => {
    const { clock, desk, lease, link, links } = await openHotel()
    const leases = [await lease(0), await lease(1)]
    link().lose(new BridgeError('device_lost', 'The connection was reset.'))
    await clock.advance(0)
    expect(leases.map(({ lost }) => lost.reason as unknown)).toMatchObject([
      { code: 'device_lost', detail: 'The connection was reset.' },
      { code: 'device_lost', detail: 'The connection was reset.' },
    ])
    await Promise.all(leases.map(({ release }) => release()))
    await clock.advance(1_000)
    expect(links.map(({ isClosed }) => isClosed)).toEqual([true, false])
    expect(desk.list().map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
  })

  test('lose their link when one holder’s call never settles: the others are told that it is lost', async () => {
    const { clock, desk, lease, links } = await openHotel()
    const [hung, other] = [await lease(0), await lease(1)]
    void hung.device.makeKey('1', keyOrder, quiet)
    const working = other.device.makeKey('2', keyOrder, quiet)
    links[0]?.send('2')
    const releasing = hung.release()
    await clock.advance(2_100)
    await releasing
    expect(other.lost.reason).toMatchObject({ code: 'device_lost' })
    expect(links[0]?.isClosed).toBe(true)
    // What the other one had sent may have been carried out.
    links[0]?.fail('2', new BridgeError('device_closed'))
    await expect(working).rejects.toMatchObject({ code: 'outcome_unknown' })
    await other.release()
    await clock.advance(1_000)
    expect(links).toHaveLength(2)
    expect(desk.list().map(({ state }) => state)).toEqual(['ready', 'ready', 'ready'])
  })

  test('are taken over one by one', async () => {
    const { desk, lease } = await openHotel()
    const [first, second] = [await lease(0), await lease(1)]
    expect(desk.takeOver(idOf(0), OrderId.parse('order-1'))).toBe(false)
    expect(desk.takeOver(idOf(0), OrderId.parse('order-0'))).toBe(true)
    expect([first.lost.aborted, second.lost.aborted]).toEqual([true, false])
    await first.release()
    expect(desk.list().map(({ state }) => state)).toEqual(['ready', 'leased', 'ready'])
  })

  test('show nothing of themselves: identify says so, and asks only what can be shown a card', async () => {
    const { clock, desk, link } = await openHotel()
    await expect(desk.identify(idOf(0), signal)).rejects.toMatchObject({
      code: 'not_supported',
      detail: '“Desk 1” shows nothing of itself; its lock system calls it “1”.',
    })
    const identifying = desk.identify(null, signal)
    await clock.advance(0)
    expect(await identifying).toEqual({ kind: 'seen', encoderId: idOf(2) })
    expect(link().calls).toEqual([])
  })

  test('wait for nothing to be accepted', async () => {
    const { desk } = await openHotel()
    expect(() => desk.accept(idOf(0))).toThrow(expect.objectContaining({ code: 'request_invalid' }))
  })
})

test('where there are only lock systems, nothing can be shown a card', async () => {
  const { desk } = await openDeskBench(
    [{ name: 'Desk 1', path, manifest: lockManifest, member: { system: 'Salto', address: '1' } }],
    [],
    { [path]: () => Promise.resolve(createFakeKeySystem()) },
  )
  await expect(desk.identify(null, signal)).rejects.toMatchObject({ code: 'device_absent' })
})

test('a lock system that nobody reaches is absent for the reason that the transport gives, until it is there', async () => {
  let isThere = false
  const { desk, clock } = await openDeskBench(
    [{ name: 'Desk 1', path, manifest: lockManifest, member: { system: 'Salto', address: '1' } }],
    [],
    {
      [path]: () =>
        isThere
          ? Promise.resolve(createFakeKeySystem())
          : Promise.reject(new BridgeError('device_absent', 'Nobody has connected to port 4000 yet.')),
    },
  )
  await clock.advance(60_000)
  expect(desk.list()).toMatchObject([
    { state: 'absent', transport: 'tcp', path, error: { detail: 'Nobody has connected to port 4000 yet.' } },
  ])
  isThere = true
  await clock.advance(5_000)
  expect(desk.list()).toMatchObject([{ state: 'ready', error: null }])
})
