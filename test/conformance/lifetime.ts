import { expect, test } from 'vitest'
import {
  BridgeError,
  type Device,
  type Emulator,
  type HidListener,
  type IoOptions,
  type KeyAbilities,
  type KeySystem,
  type Transport,
  type TransportListener,
} from 'encoder-bridge/driver'
import { measurePieces } from './line-faults.ts'
import { tamperWithAny } from './message-faults.ts'
import { mainTechnology, referenceCard } from './reference-cards.ts'
import { cardOf, encodeReference } from './reference-encode.ts'
import { referenceOrder } from './reference-keys.ts'
import { type AnyRig, endingOf, leftovers } from './rig.ts'
import { cardRigOf, emulatedCard, idle, rigOf, type Subject, when } from './subject.ts'

/** One call of every method that does I/O. */
const everyCall = (
  { driver: { manifest } }: Subject,
  { emulator }: AnyRig,
  device: Device,
  io: IoOptions,
): readonly (() => Promise<unknown>)[] => {
  const { indicate } = device
  const common = [() => device.probe(io), ...(indicate === undefined ? [] : [() => indicate('identify', io)])]
  switch (device.kind) {
    case 'scanner':
      return common
    case 'keySystem':
      return [...common, ...keyCalls(manifest.keys, emulator.lockSystem, device, io)]
    case 'card': {
      const technology = mainTechnology(manifest)
      const { writes, uids } = referenceCard(technology)
      const card = cardOf(uids[0], technology)
      return [
        ...common,
        () => device.waitForCard(io),
        () => device.release(io),
        ...writes
          .slice(0, 1)
          .flatMap(({ at, data }) => [
            () => device.read(card, at, io),
            () => device.write(card, at, data, io),
          ]),
      ]
    }
  }
}

/** Each on an encoder of its own, as far as there are any: a second call for one would be refused for that. */
const keyCalls = (
  keys: KeyAbilities | null,
  lockSystem: Emulator['lockSystem'],
  device: KeySystem,
  io: IoOptions,
): readonly (() => Promise<unknown>)[] => {
  const [encoder = '', other = ''] = lockSystem?.encoders ?? []
  const [room = ''] = lockSystem?.rooms ?? []
  if (keys === null) return []
  const options = { ...io, beforeSending: () => expect.unreachable('Nothing is to be sent.') }
  const { readKey } = device
  return [
    () => device.makeKey(encoder, referenceOrder(keys, room, 0), options),
    ...(readKey === undefined ? [] : [() => readKey(other, io)]),
  ]
}

/** Calls without waiting: a method that throws instead of rejecting fails here. */
const endingsOf = (calls: readonly (() => Promise<unknown>)[], { clock }: AnyRig): Promise<string[]> =>
  Promise.all(calls.map((call) => endingOf(clock.drive(call()))))

const silenceUntil = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    const stop = (): void => reject(new BridgeError('aborted'))
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })

/** Nothing that is sent arrives, and nothing is ever answered. */
const dead = (transport: Transport): Transport => {
  switch (transport.kind) {
    case 'serial':
    case 'tcp':
      return {
        ...transport,
        path: 'dead',
        write: async () => undefined,
        listen: ({ onLost }: TransportListener) => transport.listen({ onBytes: () => undefined, onLost }),
      }
    case 'http':
      return { ...transport, path: 'dead', request: (_, { signal }) => silenceUntil(signal) }
    case 'hid':
      return {
        ...transport,
        path: 'dead',
        write: async () => undefined,
        sendFeature: async () => undefined,
        getFeature: async () => {
          throw new BridgeError('device_fault', 'The transfer failed.')
        },
        listen: ({ onLost }: HidListener) => transport.listen({ onReport: () => undefined, onLost }),
      }
    case 'pcsc':
    case 'keyboard':
    case 'none':
      return transport
  }
}

/** A server that is there only as long as it is reached. */
const gate = (transport: Transport, isReached: () => boolean): Transport =>
  transport.kind === 'http'
    ? {
        ...transport,
        request: async (request, options) => {
          if (!isReached()) throw new BridgeError('device_absent', 'The connection was refused.')
          return transport.request(request, options)
        },
      }
    : transport

/** Rules about opening, closing and calling: style of the whole contract rather than of one method. */
export const describeLifetime = (subject: Subject): void => {
  const { manifest } = subject.driver
  const isCard = manifest.kind === 'card'

  test('it says what it opened, and leaves nothing behind when it is closed', async () => {
    const { rig } = isCard ? await cardRigOf(subject) : { rig: await rigOf(subject) }
    const device = await rig.openDevice()
    expect(device.kind).toBe(manifest.kind)
    expect(device.info.model).not.toBe('')
    if (device.kind === 'card') await rig.clock.drive(encodeReference(device, idle))
    await rig.clock.drive(device.close())
    rig.emulator.close()
    expect([leftovers(rig), rig.isClosed]).toEqual([[0, 0, 0], true])
  })

  test('it closes as often as one likes; every later call rejects device_closed', async () => {
    const rig = await rigOf(subject)
    const device = await rig.openDevice()
    await rig.clock.drive(Promise.all([device.close(), device.close()]))
    await rig.clock.drive(device.close())
    const calls = everyCall(subject, rig, device, idle)
    expect(await endingsOf(calls, rig)).toEqual(calls.map(() => 'device_closed'))
  })

  test('a call whose signal has fired already rejects aborted', async () => {
    const rig = await rigOf(subject)
    const device = await rig.openDevice()
    for (const call of everyCall(subject, rig, device, { signal: AbortSignal.abort() })) {
      expect(await endingOf(rig.clock.drive(call()))).toBe('aborted')
    }
  })

  test('an opening whose signal has fired rejects aborted and closes the transport', async () => {
    const rig = await rigOf(subject)
    expect(await endingOf(rig.openDevice(AbortSignal.abort()))).toBe('aborted')
    rig.emulator.close()
    expect([leftovers(rig), rig.isClosed]).toEqual([[0, 0, 0], true])
  })

  when(subject.transport === 'http', () => {
    test('an idle device proves that it lives; where the server is not reached it says so, and lives again when it is', async () => {
      let isReached = true
      const rig = await rigOf(subject, {
        wrap: (transport) => gate(transport, () => isReached),
      })
      const device = await rig.openDevice()
      const losses: string[] = []
      device.onLost((error) => losses.push(error.code))
      const probe = (): Promise<string> => endingOf(rig.clock.drive(device.probe(idle)))
      expect(await probe()).toBe('done')
      isReached = false
      expect(await probe()).toBe('device_absent')
      isReached = true
      expect([await probe(), losses]).toEqual(['done', []])
    })
  })

  when(subject.transport !== 'http', () => {
    test('an idle device proves that it lives, and reports its loss once', async () => {
      const rig = await rigOf(subject)
      const device = await rig.openDevice()
      const losses: string[] = []
      device.onLost((error) => losses.push(error.code))
      expect(await endingOf(rig.clock.drive(device.probe(idle)))).toBe('done')
      rig.memory.unplug()
      await rig.clock.advance(1000)
      expect(losses).toEqual(['device_lost'])
      const calls = everyCall(subject, rig, device, idle)
      expect(await endingsOf(calls, rig)).toEqual(calls.map(() => 'device_lost'))
      await rig.clock.drive(device.close())
      expect(rig.memory.listenerCount).toBe(0)
    })
  })

  when(isCard, () => {
    test('closing in the middle of a call ends the call with device_closed', async () => {
      const rig = await rigOf(subject)
      const device = await rig.open()
      const waiting = endingOf(device.waitForCard(idle))
      await rig.clock.advance(1000)
      await rig.clock.drive(device.close())
      expect(await rig.clock.drive(waiting)).toBe('device_closed')
      rig.emulator.close()
      expect(leftovers(rig)).toEqual([0, 0, 0])
    })

    test('a second call while one runs rejects device_busy and does not disturb it', async () => {
      const rig = await rigOf(subject)
      const device = await rig.open()
      const waiting = device.waitForCard(idle)
      await rig.clock.advance(100)
      const calls = everyCall(subject, rig, device, idle)
      expect(await endingsOf(calls, rig)).toEqual(calls.map(() => 'device_busy'))
      const technology = mainTechnology(manifest)
      const placed = emulatedCard(technology)
      rig.emulator.placeCard(placed)
      expect(await rig.clock.drive(waiting)).toEqual(cardOf(referenceCard(technology).uids[0], technology))
    })
  })

  when(!manifest.intrusiveProbe && subject.transport === 'serial', () => {
    test('opening and probing write nothing to the line, since they are said to disturb nobody', async () => {
      const sent = measurePieces()
      const rig = await rigOf(subject, {
        wrap: (transport) => tamperWithAny(transport, { toDevice: sent.tamper }),
      })
      const device = await rig.openDevice()
      await rig.clock.drive(device.probe(idle))
      expect(sent.sizes).toEqual([])
    })
  })

  const canBeDead = ['serial', 'tcp', 'http', 'hid'].includes(subject.transport)
  when(manifest.answers && canBeDead, () => {
    test('opening a device that never answers is refused for that, and closes the transport', async () => {
      const rig = await rigOf(subject, { wrap: dead })
      // The system tells who a HID device is; that it doesn't behave so may be told as another device.
      const mismatch = subject.transport === 'hid' ? ['device_mismatch'] : []
      expect(['device_unresponsive', ...mismatch]).toContain(await endingOf(rig.openDevice()))
      rig.emulator.close()
      expect([leftovers(rig), rig.isClosed]).toEqual([[0, 0, 0], true])
    })

    test('an opening that is aborted while nothing answers rejects aborted and closes the transport', async () => {
      const rig = await rigOf(subject, { wrap: dead })
      const abort = new AbortController()
      const opening = endingOf(rig.openDevice(abort.signal))
      abort.abort()
      expect(await opening).toBe('aborted')
      rig.emulator.close()
      expect([leftovers(rig), rig.isClosed]).toEqual([[0, 0, 0], true])
    })
  })
}
