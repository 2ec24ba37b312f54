import {
  BridgeError,
  type CardDevice,
  type IoOptions,
  isBridgeError,
  type OpenContext,
  transportOf,
} from 'encoder-bridge/driver'
import { createDeviceLife } from '../../src/wire/device-life.ts'
import { createCardAccess } from './card-access.ts'
import { createLine } from './line.ts'
import type { Pn532Options } from './options.ts'
import { restingBaudRate } from './protocol.ts'
import { changeSpeed, leave, readFirmware, startUp } from './start-up.ts'

/** Between two polls of an empty field, each of which takes 10 ms: a card is noticed soon, and the line is quiet most of the time. */
const POLL_PAUSE_MS = 30

const isUnanswered = (error: unknown): boolean =>
  isBridgeError(error, 'device_unresponsive') || isBridgeError(error, 'protocol_error')

/** Opens the chip behind the transport as a card device; see Driver.open and CardDevice for what rejects how. */
export const openPn532 = async (context: OpenContext<Pn532Options>, io: IoOptions): Promise<CardDevice> => {
  let sessionBaudRate = context.options.sessionBaudRate

  const line = createLine(transportOf(context.transport, 'serial'), context.clock, (error) =>
    life.lose(error),
  )
  const access = createCardAccess(line)
  const life = createDeviceLife({
    cancel: (error) => line.cancel(error),
    resume: () => line.resume(),
    onFailure: (error) => {
      access.forget()
      // Whatever failed at a higher speed is not tried there again.
      if (line.baudRate !== restingBaudRate && isUnanswered(error)) sessionBaudRate = restingBaudRate
    },
    close: async () => {
      await rest()
        .then(() => leave(line))
        .catch(() => undefined)
      await line.close()
    },
  })

  /** Finds the chip again when a change of speed failed, or when it lost its power. */
  const restart = async (): Promise<string> => {
    access.reset()
    return startUp(line)
  }

  /**
   * Tells whether the line has the speed; if not, the chip was started anew at the resting speed and knows no card.
   * An abort never cuts it in two: the two ends would be left at different speeds.
   */
  const setSpeed = (baudRate: Pn532Options['sessionBaudRate']): Promise<boolean> =>
    line.shield(async () => {
      if (line.baudRate === baudRate) return true
      try {
        await changeSpeed(line, baudRate)
        return true
      } catch {
        // A line that is gone says so once more.
        sessionBaudRate = restingBaudRate
        await restart()
        return false
      }
    })

  const rest = async (): Promise<void> => {
    await access.rest()
    await setSpeed(restingBaudRate)
  }

  const waitForCard: CardDevice['waitForCard'] = (call) =>
    life.run(call, async () => {
      if (line.baudRate !== restingBaudRate) await setSpeed(sessionBaudRate)
      for (;;) {
        const { count, first } = await access.poll(2)
        if (count > 1) throw new BridgeError('card_several')
        if (first === undefined) {
          await line.pause(POLL_PAUSE_MS)
        } else if (await setSpeed(sessionBaudRate)) {
          const card = await access.identify(first)
          if (card !== undefined) return card
        }
      }
    })

  let firmware: string
  try {
    firmware = await life.run(io, () => startUp(line))
  } catch (error) {
    await line.close()
    throw error
  }
  return {
    kind: 'card',
    info: { model: 'PN532', firmware, serialNumber: null },
    probe: (call) =>
      life.run(call, async () => {
        await readFirmware(line).catch(async (error: unknown) => {
          if (!isUnanswered(error)) throw error
          await restart()
        })
      }),
    onLost: life.onLost,
    waitForCard,
    read: (card, at, call) => life.run(call, () => access.read(card, at)),
    write: (card, at, data, call) => life.run(call, () => access.write(card, at, data)),
    release: (call) => life.run(call, rest),
    close: life.close,
  }
}
