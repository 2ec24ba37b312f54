import { expect, test } from 'vitest'
import { type CardDevice, CardUid, type Driver, type IoOptions } from 'encoder-bridge/driver'
import { transportKey } from '../../src/cards/mifare-classic.ts'
import { cardOf, encodeReference } from './reference-encode.ts'
import { createRig, endingOf, type Rig } from './rig.ts'

const idle: IoOptions = { signal: new AbortController().signal }

/** One call of every method that does I/O. */
const everyCall = (device: CardDevice, io: IoOptions): readonly (() => Promise<unknown>)[] => {
  const card = cardOf(CardUid.parse('922E5832'), 'mifare-classic-1k')
  const at = { kind: 'block', block: 4, key: transportKey } as const
  return [
    () => device.probe(io),
    () => device.waitForCard(io),
    () => device.read(card, at, io),
    () => device.write(card, at, new Uint8Array(16), io),
    () => device.release(io),
  ]
}

/** Calls without waiting: a method that throws instead of rejecting fails here. */
const endingsOf = (calls: readonly (() => Promise<unknown>)[], { clock }: Rig): Promise<string[]> =>
  Promise.all(calls.map((call) => endingOf(clock.drive(call()))))

/** Rules about opening, closing and calling: style of the whole contract rather than of one method. */
export const describeLifetime = (load: () => Promise<Driver>): void => {
  test('it says what it opened, and leaves nothing behind when it is closed', async () => {
    const rig = await createRig(await load(), { card: { type: 'classic1k', uid: '922E5832' } })
    const device = await rig.open()
    expect(device.info.model).not.toBe('')
    expect(device.info.firmware).not.toBe('')
    await rig.clock.drive(encodeReference(device, idle))
    await rig.clock.drive(device.close())
    rig.emulator.close()
    expect([rig.memory.listenerCount, rig.memory.pendingWrites, rig.clock.pendingTimers]).toEqual([0, 0, 0])
  })

  test('it closes as often as one likes; every later call rejects device_closed', async () => {
    const rig = await createRig(await load())
    const device = await rig.open()
    await rig.clock.drive(Promise.all([device.close(), device.close()]))
    await rig.clock.drive(device.close())
    const calls = everyCall(device, idle)
    expect(await endingsOf(calls, rig)).toEqual(calls.map(() => 'device_closed'))
  })

  test('closing in the middle of a call ends the call with device_closed', async () => {
    const rig = await createRig(await load())
    const device = await rig.open()
    const waiting = endingOf(device.waitForCard(idle))
    await rig.clock.advance(1000)
    await rig.clock.drive(device.close())
    expect(await rig.clock.drive(waiting)).toBe('device_closed')
    rig.emulator.close()
    expect([rig.memory.listenerCount, rig.clock.pendingTimers]).toEqual([0, 0])
  })

  test('a second call while one runs rejects device_busy and does not disturb it', async () => {
    const rig = await createRig(await load())
    const device = await rig.open()
    const waiting = device.waitForCard(idle)
    await rig.clock.advance(100)
    const calls = everyCall(device, idle)
    expect(await endingsOf(calls, rig)).toEqual(calls.map(() => 'device_busy'))
    rig.emulator.placeCard({ type: 'classic1k', uid: '922E5832' })
    expect((await rig.clock.drive(waiting)).uid).toBe('922E5832')
  })

  test('a call whose signal has fired already rejects aborted', async () => {
    const rig = await createRig(await load())
    const device = await rig.open()
    for (const call of everyCall(device, { signal: AbortSignal.abort() })) {
      expect(await endingOf(rig.clock.drive(call()))).toBe('aborted')
    }
  })

  test('opening a line on which nothing answers rejects device_unresponsive and closes the line', async () => {
    const rig = await createRig(await load(), {
      wrap: (line) => ({ ...line, path: 'dead', write: async () => undefined }),
    })
    expect(await endingOf(rig.open())).toBe('device_unresponsive')
    expect(await endingOf(rig.memory.write(Uint8Array.of(0)))).toBe('device_closed')
    expect([rig.memory.listenerCount, rig.clock.pendingTimers]).toEqual([0, 0])
  })

  test('an aborted opening rejects aborted and closes the line', async () => {
    const rig = await createRig(await load(), {
      wrap: (line) => ({ ...line, path: 'dead', write: async () => undefined }),
    })
    const abort = new AbortController()
    const opening = endingOf(rig.open(abort.signal))
    abort.abort()
    expect(await opening).toBe('aborted')
    expect(await endingOf(rig.memory.write(Uint8Array.of(0)))).toBe('device_closed')
  })

  test('an idle device proves that it lives, and reports its loss once', async () => {
    const rig = await createRig(await load())
    const device = await rig.open()
    const losses: string[] = []
    device.onLost((error) => losses.push(error.code))
    expect(await endingOf(rig.clock.drive(device.probe(idle)))).toBe('done')
    rig.memory.unplug()
    await rig.clock.advance(1000)
    expect(losses).toEqual(['device_lost'])
    const calls = everyCall(device, idle)
    expect(await endingsOf(calls, rig)).toEqual(calls.map(() => 'device_lost'))
    await rig.clock.drive(device.close())
  })
}
