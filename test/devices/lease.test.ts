import { BridgeError, DriverId, EncoderId, OrderId, type CardAddress } from 'encoder-bridge/driver'
import { describe, expect, it } from 'vitest'
import { createLease } from '../../src/devices/lease.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { asCard } from './desk-bench.ts'
import { card, createFakeCardDevice } from './fake-card-device.ts'

const never = new AbortController().signal
const at: CardAddress = { kind: 'block', block: 4, key: { type: 'A', value: new Uint8Array(6) } }

const lend = (isInstant = false) => {
  const clock = createFakeClock()
  const device = createFakeCardDevice(isInstant)
  const released: (BridgeError | null)[] = []
  const held = createLease({
    encoderId: EncoderId.parse('00000000-0000-4000-8000-0000000000e1'),
    layout: 'demo',
    numberFormat: null,
    manifest: {
      id: DriverId.parse('fake'),
      presentation: 'field',
      abort: 'betweenBlocks',
      abortWithinMs: 1000,
      keys: null,
    },
    device,
    member: null,
    orderId: OrderId.parse('order-1'),
    owner: 'a test',
    since: '2026-11-23T12:00:00Z',
    clock,
    onCard: () => undefined,
    onReleased: (fault) => released.push(fault),
  })
  const lease = asCard(held.lease)
  return { clock, device, held, lease, released }
}

describe('a lease', () => {
  it('hands calls on to the device', async () => {
    const { device, lease } = lend(true)
    expect(await lease.device.waitForCard({ signal: never })).toEqual(card)
    await lease.device.write(card, at, new Uint8Array(16), { signal: never })
    expect(device.calls).toEqual(['waitForCard', 'write'])
  })

  it('refuses every call after it was given back', async () => {
    const { device, lease } = lend(true)
    await lease.release()
    await expect(lease.device.write(card, at, new Uint8Array(16), { signal: never })).rejects.toMatchObject({
      code: 'device_closed',
    })
    expect(device.calls).toEqual(['release'])
  })

  it('is free again only when the last call has settled', async () => {
    const { device, lease, released } = lend()
    const writing = lease.device.write(card, at, new Uint8Array(16), { signal: never })
    const releasing = lease.release()
    await Promise.resolve()
    expect(device.calls).toEqual(['write'])
    device.settle()
    await writing
    // The lease looks at its last call a few microtasks later.
    while (device.calls.length < 2) await Promise.resolve()
    expect(released).toEqual([])
    device.settle()
    await releasing
    expect(released).toEqual([null])
  })

  it('gives a device that does not come to rest back as faulty', async () => {
    const { clock, lease, released } = lend()
    void lease.device.write(card, at, new Uint8Array(16), { signal: never })
    const releasing = lease.release()
    await clock.advance(3_000)
    await releasing
    expect(released).toMatchObject([{ code: 'device_unresponsive' }])
  })

  it('is given back once, however often that is asked', async () => {
    const { device, lease, released } = lend(true)
    await Promise.all([lease.release(), lease.release(), lease.device.close()])
    expect(device.calls).toEqual(['release'])
    expect(released).toEqual([null])
  })

  it('tells its holder that the device is lost, and asks nothing more of that device', async () => {
    const { device, held, lease, released } = lend(true)
    held.deviceLost(new BridgeError('device_lost'))
    expect(lease.lost.reason).toMatchObject({ code: 'device_lost' })
    await expect(lease.device.read(card, at, { signal: never })).rejects.toMatchObject({
      code: 'device_lost',
    })
    await lease.release()
    expect(device.calls).toEqual([])
    expect(released).toEqual([null])
  })

  it('expires when its holder has called nothing for five minutes', async () => {
    const { clock, lease } = lend(true)
    await lease.device.probe({ signal: never })
    await clock.advance(299_999)
    expect(lease.lost.aborted).toBe(false)
    await clock.advance(1)
    expect(lease.lost.reason).toMatchObject({ code: 'device_busy' })
    await expect(lease.device.write(card, at, new Uint8Array(16), { signal: never })).rejects.toMatchObject({
      code: 'device_busy',
    })
  })

  it('lives on by every call', async () => {
    const { clock, lease } = lend(true)
    for (let minute = 0; minute < 20; minute += 1) {
      await clock.advance(60_000)
      await lease.device.probe({ signal: never })
    }
    expect(lease.lost.aborted).toBe(false)
  })

  it('does not expire while a call runs', async () => {
    const { clock, lease } = lend()
    void lease.device.waitForCard({ signal: never })
    await clock.advance(900_000)
    expect(lease.lost.aborted).toBe(false)
  })

  it('leaves no timer behind', async () => {
    const { clock, lease } = lend(true)
    await lease.release()
    expect(clock.pendingTimers).toBe(0)
  })
})
