import { expect, test } from 'vitest'
import type { HttpTransport, LossListener, Transport } from '../../src/contract/transport.ts'
import { BridgeError } from '../../src/contract/errors.ts'
import { guardDriver } from '../../src/devices/crash-guard.ts'
import { connectTcp } from '../../src/transport/memory-tcp.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { createListeningPeer } from '../support/network-emulators.ts'

const guard = (transport: Transport) => {
  const crashes: BridgeError[] = []
  const guarded = guardDriver('fake', transport, createFakeClock(), (error) => crashes.push(error))
  return { transport: guarded.transport, crashes }
}

const crash = (): never => {
  throw new RangeError('out of bounds')
}

test('a driver that throws at the bytes of a lock system is told of once, and hears no more', async () => {
  const peer = createListeningPeer()
  const { transport, crashes } = guard(connectTcp(peer))
  if (transport.kind !== 'tcp') throw new Error(transport.kind)
  let heard = 0
  transport.listen({
    onBytes: () => {
      heard += 1
      crash()
    },
    onLost: crash,
  })
  peer.say('a')
  peer.say('b')
  peer.hangUp()
  await new Promise(setImmediate)
  expect(crashes).toMatchObject([{ code: 'driver_crashed', detail: 'fake: RangeError: out of bounds.' }])
  expect(heard).toBe(1)
})

test.each(['tcp', 'http'] as const)('a driver that throws at a loss over %s is told of', (kind) => {
  let lose: LossListener['onLost'] = () => undefined
  const endpoint = {
    kind,
    path: 'x',
    listen: (listener: LossListener) => {
      lose = listener.onLost
      return () => undefined
    },
  }
  const { transport, crashes } = guard(endpoint as unknown as HttpTransport)
  if (transport.kind !== 'http' && transport.kind !== 'tcp') throw new Error(transport.kind)
  transport.listen({ onBytes: crash, onLost: crash })
  lose(new BridgeError('device_lost'))
  expect(crashes).toMatchObject([{ code: 'driver_crashed' }])
})
