import type { CardDevice, DeviceInfo, IoOptions, OpenContext } from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import { indicate } from './indicate.ts'
import { createLine } from './line.ts'
import { createLink } from './link.ts'
import type { Msr605Options } from './options.ts'
import { communicationTest, isAlive } from './protocol.ts'
import { createSettings } from './settings.ts'
import { startUp } from './start-up.ts'
import { createStripeAccess } from './stripe-access.ts'

/** Opens the encoder behind the transport as a card device; see Driver.open and CardDevice for what rejects how. */
export const openMsr605 = async (
  { transport, clock }: OpenContext<Msr605Options>,
  io: IoOptions,
): Promise<CardDevice> => {
  const link = createLink(transport)
  const line = createLine(link, clock, (error) => life.lose(error))
  const life = createDeviceLife({
    cancel: line.cancel,
    resume: line.resume,
    // What the last swipe told stays true.
    onFailure: () => undefined,
    close: line.close,
  })
  const settings = createSettings(line)
  const stripe = createStripeAccess(line, settings)

  let info: DeviceInfo
  try {
    info = await life.run(io, () => startUp(line, settings, link.model))
  } catch (error) {
    await life.close()
    throw error
  }
  return {
    kind: 'card',
    info,
    probe: (call) =>
      life.run(call, async () => {
        await line.insist(() => line.ask(communicationTest, isAlive))
      }),
    indicate: (what, call) => life.run(call, () => indicate(line, what)),
    onLost: life.onLost,
    waitForCard: (call) => life.run(call, stripe.find),
    read: (card, at, call) => life.run(call, () => stripe.read(card, at)),
    write: (card, at, data, call) => life.run(call, () => stripe.write(card, at, data)),
    release: (call) => life.run(call, stripe.rest),
    close: life.close,
  }
}
