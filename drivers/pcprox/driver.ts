import {
  BridgeError,
  type HidFacts,
  type Indication,
  type IoOptions,
  isBridgeError,
  type OpenContext,
  type Scanner,
  type ScannerRead,
  transportOf,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import { createLink, type PageNumber } from './link.ts'
import type { PcproxOptions } from './options.ts'
import * as pcprox from './protocol.ts'
import { watchBadges } from './watch.ts'

/** A card stays readable for longer than two looks, or one could be missed. */
const HOLD_MS = 250
const LIGHT_MS = 250

const red = { red: true, green: false }
const green = { red: false, green: true }
const patterns: Readonly<Record<Indication, readonly (typeof red)[]>> = {
  identify: [red, green, red, green],
  success: [green, green, green, green],
  failure: [red, red, red, red],
}

/** For what puts the reader back into the state in which it was found: that is not aborted. */
const anyhow: IoOptions = { signal: new AbortController().signal }

/** Eight bytes written to some other device could mean anything to it, so nothing is written before its identity is known. */
const checkIdentity = ({ vendorId, productId }: HidFacts, path: string): void => {
  if (vendorId === 0x0c27 && productId === 0x3bfa) return
  throw new BridgeError('device_mismatch', `${path} is no pcProx (USB 0c27:3bfa).`)
}

/**
 * Opens the reader as a scanner. While it is open it does not type (SDK mode, in its RAM only); `close` puts back what was
 * found. Rejects and closes as Driver.open says.
 */
export const openPcprox = async (context: OpenContext<PcproxOptions>, io: IoOptions): Promise<Scanner> => {
  const transport = transportOf(context.transport, 'hid')
  const link = createLink(transport, context.clock)
  const readers = new Set<(read: ScannerRead) => void>()
  const misreaders = new Set<(error: BridgeError) => void>()
  let changed: readonly (readonly [PageNumber, Uint8Array])[] = []

  const life = createDeviceLife({
    close: async () => {
      if (changed.length > 0) await link.configure(changed, anyhow).catch(() => undefined)
      stopListening()
      await transport.close()
    },
  })
  const stopListening = transport.listen({
    // What it types where the keystrokes are not halted, and nothing that is needed.
    onReport: () => undefined,
    onLost: life.lose,
  })

  const readInfo = async (call: IoOptions): Promise<ReturnType<typeof pcprox.decodeInfo>> =>
    pcprox.decodeInfo(await link.ask(pcprox.readInfo, call))

  /** A device that refuses the very first report is another one, whatever it says of itself. */
  const proveIdentity = (call: IoOptions): ReturnType<typeof readInfo> => {
    checkIdentity(transport.facts, transport.path)
    return readInfo(call).catch((error: unknown) => {
      if (!isBridgeError(error, 'device_fault')) throw error
      throw new BridgeError('device_mismatch', 'The device refuses the reports of a pcProx.', {
        cause: error,
      })
    })
  }

  const setUp = async (call: IoOptions): Promise<{ info: Scanner['info']; lights: Uint8Array }> => {
    const { firmware, type } = await proveIdentity(call)
    const typing = await link.ask(pcprox.selectPage(0), call)
    const times = await link.ask(pcprox.selectPage(1), call)
    const lights = await link.ask(pcprox.selectPage(2), call)
    changed = [
      [0, typing],
      [1, times],
    ]
    await link.configure(
      [
        [0, pcprox.haltKeystrokes(typing)],
        [1, pcprox.holdAtLeast(times, HOLD_MS)],
      ],
      call,
    )
    return { lights, info: { model: `pcProx, type ${type}`, firmware, serialNumber: null } }
  }

  const tell = (sight: ScannerRead | BridgeError): void => {
    if (sight instanceof BridgeError) for (const observe of misreaders) observe(sight)
    else for (const observe of readers) observe(sight)
  }

  const observe = <Told>(observers: Set<Told>, observer: Told): (() => void) => {
    observers.add(observer)
    return () => observers.delete(observer)
  }

  const { info, lights } = await life.run(io, setUp).catch(async (error: unknown) => {
    await life.close()
    throw error
  })
  void watchBadges(link, { signal: life.end }, tell)
  return {
    kind: 'scanner',
    info,
    probe: (call) =>
      life.run(call, async (limited) => {
        await readInfo(limited)
      }),
    indicate: (what, call) =>
      life.run(call, async (limited) => {
        try {
          for (const shown of patterns[what]) {
            await link.configure([[2, pcprox.showLights(lights, shown)]], limited)
            await link.pause(LIGHT_MS, limited)
          }
        } finally {
          await link.configure([[2, lights]], anyhow)
        }
      }),
    onLost: life.onLost,
    onRead: (observer) => observe(readers, observer),
    onMisread: (observer) => observe(misreaders, observer),
    close: life.close,
  }
}
