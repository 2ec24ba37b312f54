import { BridgeError, DriverId, EncoderId, OrderId } from 'encoder-bridge/driver'
import { describe, expect, test } from 'vitest'
import { createLease } from '../../src/devices/lease.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { asKeys } from './desk-bench.ts'
import { createFakeKeySystem, keyAbilities, keyOrder } from './fake-key-system.ts'

const signal = new AbortController().signal
const quiet = { signal, beforeSending: () => undefined }

/** The lease of the encoder that its lock system calls `7`. */
const lend = () => {
  const clock = createFakeClock()
  const device = createFakeKeySystem()
  const released: (BridgeError | null)[] = []
  const held = createLease({
    encoderId: EncoderId.parse('00000000-0000-4000-8000-0000000000e1'),
    layout: 'demo',
    numberFormat: null,
    manifest: {
      id: DriverId.parse('fake'),
      presentation: 'field',
      abort: 'neverWhileWriting',
      abortWithinMs: 1_000,
      keys: keyAbilities,
    },
    device,
    member: { system: 'Salto', address: '7' },
    orderId: OrderId.parse('order-1'),
    owner: 'a test',
    since: '2026-11-23T12:00:00Z',
    clock,
    onCard: () => undefined,
    onReleased: (fault) => released.push(fault),
  })
  return { clock, device, held, lease: asKeys(held.lease), released }
}

describe('a lease of an encoder of a key system', () => {
  test('names the encoder, its system and what that can do', () => {
    const { lease } = lend()
    expect(lease).toMatchObject({ address: '7', system: 'Salto', keys: keyAbilities })
  })

  test('has the methods that the system has, and no others', () => {
    const { device } = lend().lease
    const { readKey, checkOut, moveStay, cancelTask, scanToAssign } = device
    expect([readKey, checkOut, moveStay, cancelTask, scanToAssign].map((method) => typeof method)).toEqual([
      'function',
      'function',
      'undefined',
      'undefined',
      'undefined',
    ])
  })

  test('hands orders on, and what the system answers back', async () => {
    const { lease, device } = lend()
    let asked = 0
    const made = lease.device.makeKey('7', keyOrder, { signal, beforeSending: () => (asked += 1) })
    device.send('7')
    device.settle('7', { serialNumbers: ['04A1'], remark: null })
    expect(await made).toEqual({ serialNumbers: ['04A1'], remark: null })
    const read = lease.device.readKey?.('7', { signal })
    device.settle('7', { kind: 'staff' })
    expect(await read).toEqual({ kind: 'staff' })
    expect([device.calls, asked]).toEqual([['makeKey 7', 'readKey 7'], 1])
  })

  test('is for that encoder alone', async () => {
    const { lease, device } = lend()
    for (const call of [
      lease.device.makeKey('8', keyOrder, quiet),
      lease.device.readKey?.('8', { signal }),
      lease.device.checkOut?.('8', { room: '101' }, quiet),
    ]) {
      await expect(call).rejects.toMatchObject({ code: 'encoder_unknown' })
    }
    expect(device.calls).toEqual([])
  })

  test.each([
    ['given back', 'device_closed', (bench: ReturnType<typeof lend>) => void bench.lease.release()],
    [
      'taken over',
      'device_busy',
      (bench: ReturnType<typeof lend>) => bench.held.takeAway(new BridgeError('device_busy')),
    ],
    [
      'lost',
      'device_lost',
      (bench: ReturnType<typeof lend>) => bench.held.deviceLost(new BridgeError('device_lost')),
    ],
  ])('that was %s lets nothing out any more, not even an order from before', async (_, code, end) => {
    const bench = lend()
    let asked = 0
    const made = bench.lease.device.makeKey('7', keyOrder, { signal, beforeSending: () => (asked += 1) })
    const outcome = made.catch((error: unknown) => error)
    end(bench)
    const refusal = expect.objectContaining({ code }) as Error
    expect(() => bench.device.send('7')).toThrow(refusal)
    bench.device.fail('7', new BridgeError(code as 'device_closed'))
    expect(await outcome).toMatchObject({ code })
    await expect(bench.lease.device.makeKey('7', keyOrder, quiet)).rejects.toMatchObject({ code })
    expect(asked).toBe(0)
  })
})

describe('what a driver rejects with after the command went out', () => {
  test.each(keyAbilities.refusals)('is the system’s answer where its manifest names it: %s', async (code) => {
    const { lease, device } = lend()
    const made = lease.device.makeKey('7', keyOrder, quiet)
    device.send('7')
    device.fail('7', new BridgeError(code, 'Room 101.'))
    await expect(made).rejects.toMatchObject({ code, detail: 'Room 101.' })
  })

  test.each([
    new BridgeError('device_lost'),
    new BridgeError('aborted'),
    new BridgeError('device_unresponsive'),
    new BridgeError('room_out_of_service'),
    new BridgeError('outcome_unknown', 'No answer came.'),
    new TypeError('x is undefined'),
  ])('else tells nothing of the key: %s', async (error) => {
    const { lease, device } = lend()
    const made = lease.device.makeKey('7', keyOrder, quiet)
    device.send('7')
    device.fail('7', error)
    await expect(made).rejects.toMatchObject({ code: 'outcome_unknown' })
  })

  test('a driver that crashed then is opened afresh', async () => {
    const { lease, device, released } = lend()
    const made = lease.device.makeKey('7', keyOrder, quiet)
    device.send('7')
    device.fail('7', new TypeError('x is undefined'))
    await expect(made).rejects.toMatchObject({ code: 'outcome_unknown' })
    await lease.release()
    expect(released).toMatchObject([{ code: 'driver_crashed' }])
  })
})

test.each([new BridgeError('device_lost'), new BridgeError('room_out_of_service')])(
  'before a command went out, what the driver rejects with is the truth: %s',
  async (error) => {
    const { lease, device } = lend()
    const made = lease.device.makeKey('7', keyOrder, quiet)
    device.fail('7', error)
    await expect(made).rejects.toBe(error)
  },
)

test('a command that its holder did not let out has not gone out', async () => {
  const { lease, device } = lend()
  const full = new BridgeError('data_unwritable')
  const made = lease.device.makeKey('7', keyOrder, {
    signal,
    beforeSending: () => {
      throw full
    },
  })
  expect(() => device.send('7')).toThrow(full)
  device.fail('7', full)
  await expect(made).rejects.toBe(full)
})

test('a call that never settles makes the lease faulty, some time after its promise', async () => {
  const { clock, lease, released } = lend()
  void lease.device.makeKey('7', keyOrder, quiet)
  const releasing = lease.release()
  await clock.advance(2_999)
  expect(released).toEqual([])
  await clock.advance(1)
  await releasing
  expect(released).toMatchObject([{ code: 'device_unresponsive' }])
})
