import {
  type CardDevice,
  type DeviceInfo,
  type IoOptions,
  type OpenContext,
  transportOf,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import { createCardAccess } from './card-access.ts'
import { indicate } from './indicate.ts'
import { createLine } from './line.ts'
import type { Twn4Options } from './options.ts'
import { deliveredBaudRate, startUp } from './start-up.ts'

/** Between two looks at an empty field: a card is noticed soon, and the line is quiet part of the time. */
const POLL_PAUSE_MS = 40

/** Opens the reader behind the transport as a card device; see Driver.open and CardDevice for what rejects how. */
export const openTwn4 = async (context: OpenContext<Twn4Options>, io: IoOptions): Promise<CardDevice> => {
  const transport = transportOf(context.transport, 'serial')
  const line = createLine(transport, context.clock, deliveredBaudRate, (error) => life.lose(error))
  const access = createCardAccess(line)
  const life = createDeviceLife({
    cancel: (error) => line.cancel(error),
    resume: () => line.resume(),
    onFailure: () => access.forget(),
    close: async () => {
      await access.rest().catch(() => undefined)
      await line.close()
    },
  })

  const waitForCard: CardDevice['waitForCard'] = (call) =>
    life.run(call, async () => {
      // A reader that was reset searches for other cards: it is told at every wait which ones are meant.
      access.forget()
      for (;;) {
        const card = await access.find()
        if (card !== undefined) return card
        await line.pause(POLL_PAUSE_MS)
      }
    })

  let info: DeviceInfo
  try {
    info = await life.run(io, () => startUp(line, context.options))
  } catch (error) {
    await line.close()
    throw error
  }
  return {
    kind: 'card',
    info,
    probe: (call) => life.run(call, () => line.synchronise()),
    indicate: (what, call) => life.run(call, () => indicate(line, what)),
    onLost: life.onLost,
    waitForCard,
    read: (card, at, call) => life.run(call, () => access.read(card, at)),
    write: (card, at, data, call) => life.run(call, () => access.write(card, at, data)),
    release: (call) => life.run(call, () => access.rest()),
    close: life.close,
  }
}
