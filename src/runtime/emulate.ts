import { randomBytes } from 'node:crypto'
import { loadDriver } from '../../drivers/index.ts'
import type { EmulatedWay, EmulateOptions, RunningEmulator } from '../cli/runtime.ts'
import type { DriverManifest } from '../contract/driver.ts'
import type { Emulator } from '../contract/emulator.ts'
import { BridgeError } from '../contract/errors.ts'
import type { TransportKind } from '../contract/transport.ts'
import { systemClock } from '../service/system-clock.ts'
import { hostEmulator } from '../transport/emulator-host.ts'
import { type EmulatorHost, hostOn } from '../transport/emulator-life.ts'
import { httpServerOf, tcpClientOf, tcpServerOf } from '../transport/emulator-sockets.ts'
import { createSpinningClock } from '../transport/spinning-clock.ts'

/** Tags with pages have seven bytes and begin with NXP's number (ISO/IEC 7816-6), EM4100 has five, the others four. */
const randomUid = (type: string): string => {
  if (/ultralight|ntag/.test(type)) return `04${randomBytes(6).toString('hex')}`
  return randomBytes(type === 'em4100' ? 5 : 4).toString('hex')
}

/** The driver's transports that lead that way. */
const transportsOf: Readonly<Record<EmulatedWay['kind'], readonly TransportKind[]>> = {
  pty: ['serial'],
  listen: ['tcp', 'http'],
  connect: ['tcp'],
}

const transportFor = ({ id, transports }: DriverManifest, { kind }: EmulatedWay): TransportKind => {
  const transport = transports.find((one) => transportsOf[kind].includes(one))
  if (transport !== undefined) return transport
  const what = {
    pty: 'A pseudoterminal is a serial line',
    listen: 'Over a network one listens for TCP or HTTP',
    connect: 'Over a network one connects by TCP',
  }
  throw new BridgeError('request_invalid', `${what[kind]}, and ${id} is not reached so.`)
}

const openHost = (
  emulator: Emulator,
  way: EmulatedWay,
  controlPath: string | undefined,
): Promise<EmulatorHost> => {
  if (way.kind === 'pty' && emulator.kind === 'serial') {
    return hostEmulator({ emulator, link: way.link, ...(controlPath !== undefined && { controlPath }) })
  }
  if (way.kind === 'listen' && emulator.kind === 'tcp')
    return hostOn(emulator, tcpServerOf(emulator, way), controlPath)
  if (way.kind === 'listen' && emulator.kind === 'http')
    return hostOn(emulator, httpServerOf(emulator, way), controlPath)
  if (way.kind === 'connect' && emulator.kind === 'tcp')
    return hostOn(emulator, tcpClientOf(emulator, way), controlPath)
  throw new BridgeError('internal_error', `The driver made a device for ${emulator.kind}.`)
}

/** Runs an emulated device that any program can reach. */
export const emulate = async ({
  driver: id,
  way,
  card,
  ...options
}: EmulateOptions): Promise<RunningEmulator> => {
  const driver = await loadDriver(id)
  const transport = transportFor(driver.manifest, way)
  const emulator = await driver.emulate({
    // Of a lock system many timers run at once, for seconds.
    clock: driver.manifest.kind === 'keySystem' ? systemClock : createSpinningClock(),
    realtime: options.isRealtime,
    transport,
  })
  if (card !== null) emulator.placeCard({ type: card.type, uid: card.uid ?? randomUid(card.type) })
  const host = await openHost(emulator, way, options.controlPath ?? undefined)
  return {
    path: host.path ?? '',
    close: async () => host.close(),
  }
}
