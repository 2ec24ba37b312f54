import type { Socket } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import type { KeySystem, TcpEmulator, TcpTransport } from 'encoder-bridge/driver'
import { systemClock } from '../../src/service/system-clock.ts'
import { openTcp } from '../../src/transport/tcp.ts'
import { connectPeer } from '../../src/transport/tcp-emulator-line.ts'
import { createTcpListeners } from '../../src/transport/tcp-listeners.ts'
import { endingOf } from '../../test/conformance/rig.ts'
import { cardOf, commandOptions, idle, order } from '../../test/support/fias-desk.ts'
import { connectTo, ended, freePort, openLockSystem } from '../../test/support/tcp-peers.ts'
import { openFias } from './driver.ts'
import { createFiasEmulator } from './emulator.ts'
import { FiasOptions } from './options.ts'

/** The emulated lock system behind one end of a connection. */
const serve = (emulator: TcpEmulator, socket: Socket): void => {
  const peer = connectPeer(
    emulator,
    (bytes) => void socket.write(bytes),
    () => void socket.end(),
  )
  socket.on('data', (bytes: Buffer) => peer.receive(new Uint8Array(bytes)))
  socket.on('close', () => peer.end())
}

const createEmulator = (): TcpEmulator => {
  const emulator = createFiasEmulator({ clock: systemClock, realtime: false })
  onTestFinished(() => emulator.close())
  for (const encoder of ['1', '2']) emulator.placeCard({ type: 'key', uid: cardOf(encoder), encoder })
  return emulator
}

const openSystem = async (transport: TcpTransport): Promise<KeySystem> => {
  const options = FiasOptions.parse({})
  const system = await openFias({ transport, clock: systemClock, wallClock: () => new Date(), options }, idle)
  onTestFinished(() => system.close())
  return system
}

test('we connect to the lock system: keys side by side, a sign of life, and a connection that breaks', async () => {
  const emulator = createEmulator()
  const lock = await openLockSystem()
  const listeners = createTcpListeners()
  onTestFinished(() => listeners.close())
  const transport = await openTcp(`tcp://127.0.0.1:${lock.port}`, { listeners, ...idle })
  serve(emulator, await lock.nextPeer())
  const system = await openSystem(transport)
  const make = (encoder: string): Promise<string> =>
    endingOf(system.makeKey(encoder, order, commandOptions()))
  expect(await Promise.all([make('1'), make('2')])).toEqual(['done', 'done'])
  expect(await endingOf(system.probe(idle))).toBe('done')
  const lost = new Promise<string>((resolve) => system.onLost(({ code }) => resolve(code)))
  emulator.inject({ fault: 'cut' })
  expect(await make('1')).toBe('outcome_unknown')
  expect(await lost).toBe('device_lost')
  expect(await make('1')).toBe('device_lost')
  expect(emulator.countWrites(cardOf('1'))).toEqual([2])
})

test('the lock system connects to us, starts the link, and connects again', async () => {
  const emulator = createEmulator()
  const port = await freePort()
  const listeners = createTcpListeners()
  onTestFinished(() => listeners.close())
  const path = `tcp-listen://127.0.0.1:${port}`
  await expect(openTcp(path, { listeners, ...idle, withinMs: 1 })).rejects.toMatchObject({
    code: 'device_absent',
  })
  emulator.inject({ fault: 'startsFirst' })
  for (let turn = 0; turn < 2; turn++) {
    const socket = await connectTo({ port, host: '127.0.0.1' })
    serve(emulator, socket)
    const system = await openSystem(await openTcp(path, { listeners, ...idle }))
    expect(await endingOf(system.makeKey('2', order, commandOptions()))).toBe('done')
    await system.close()
    await ended(socket)
  }
  expect(emulator.countWrites(cardOf('2'))).toEqual([2])
})
