import {
  BridgeError,
  type Card,
  type CardDevice,
  type DeviceInfo,
  type IoOptions,
  isBridgeError,
  type OpenContext,
  transportOf,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import { createCardAccess } from './card-access.ts'
import { readFirmware } from './firmware.ts'
import { indicate } from './indicate.ts'
import { createLink } from './link.ts'
import type { PcscOptions } from './options.ts'
import { profileOf, serialNumberOf } from './readers.ts'

/** After a card that was there and could not be asked: the next look, if the service tells nothing before. */
const NEXT_LOOK_MS = 250
/** A card that comes while the service still holds on to the one before it fails at first. */
const MAX_FAULTS = 3

/** Opens the reader behind the transport as a card device; see Driver.open and CardDevice for what rejects how. */
export const openPcscReader = async (
  context: OpenContext<PcscOptions>,
  io: IoOptions,
): Promise<CardDevice> => {
  const link = createLink(transportOf(context.transport, 'pcsc'), context.clock, {
    onCardGone: () => access.forget(),
    onLost: (error) => life.lose(error),
  })
  const profile = profileOf(link.readerName)
  const access = createCardAccess(link, context.clock, profile)
  const life = createDeviceLife({
    cancel: (error) => link.cancel(error),
    resume: () => link.resume(),
    onFailure: () => access.forget(),
    close: async () => {
      await access.rest().catch(() => undefined)
      await link.close()
    },
  })

  /** The card that lies there, or undefined when it did not get to say who it is: `onFault` may throw instead. */
  const look = async (onFault: (error: unknown) => void): Promise<Card | undefined> => {
    if (link.state?.kind !== 'present') return undefined
    if (link.state.atr.length === 0) {
      throw new BridgeError('device_busy', 'Another program keeps the card to itself.')
    }
    try {
      return await access.find(link.state.atr)
    } catch (error) {
      if (!isBridgeError(error, 'card_removed') && !isBridgeError(error, 'card_swapped')) onFault(error)
      return undefined
    }
  }

  const waitForCard: CardDevice['waitForCard'] = (call) =>
    life.run(call, async () => {
      let faults = 0
      const onFault = (error: unknown): void => {
        faults += 1
        if (faults === MAX_FAULTS || !isBridgeError(error, 'device_fault')) throw error
      }
      for (;;) {
        const card = await look(onFault)
        if (card !== undefined) return card
        await link.waitForChange(link.state?.kind === 'present' ? NEXT_LOOK_MS : undefined)
      }
    })

  let info: DeviceInfo
  try {
    const firmware = await life.run(io, () => readFirmware(link, profile))
    info = { model: profile.model, firmware, serialNumber: serialNumberOf(link.readerName) }
  } catch (error) {
    await link.close()
    throw error
  }
  return {
    kind: 'card',
    info,
    // The service tells when a reader goes; a call to it might wait for another program's transaction.
    probe: (call) => life.run(call, async () => undefined),
    indicate: (what, call) => life.run(call, () => indicate(link, profile, what, access.isConnected)),
    onLost: life.onLost,
    waitForCard,
    read: (card, at, call) => life.run(call, () => access.read(card, at)),
    write: (card, at, data, call) => life.run(call, () => access.write(card, at, data)),
    release: (call) => life.run(call, () => access.rest()),
    close: life.close,
  }
}
