import {
  BridgeError,
  type CardDevice,
  type IoOptions,
  isBridgeError,
  type OpenContext,
  throwIfAborted,
  toBridgeError,
  transportOf,
} from 'encoder-bridge/driver'
import { createCardAccess } from './card-access.ts'
import { createLine } from './line.ts'
import type { Pn532Options } from './options.ts'
import { restingBaudRate } from './protocol.ts'
import { changeSpeed, readFirmware, startUp } from './start-up.ts'

/** Between two polls of an empty field: a card is noticed soon, and the line is quiet most of the time. */
const POLL_PAUSE_MS = 40

const isUnanswered = (error: unknown): boolean =>
  isBridgeError(error, 'device_unresponsive') || isBridgeError(error, 'protocol_error')

/** Opens the chip behind the transport as a card device; see Driver.open and CardDevice for what rejects how. */
export const openPn532 = async (context: OpenContext<Pn532Options>, io: IoOptions): Promise<CardDevice> => {
  let lost: BridgeError | undefined
  let observer: ((error: BridgeError) => void) | undefined
  let closing: Promise<void> | undefined
  let running: Promise<unknown> | undefined
  let sessionBaudRate = context.options.sessionBaudRate

  const line = createLine(transportOf(context.transport, 'serial'), context.clock, (error) => {
    lost = error
    observer?.(error)
  })
  const access = createCardAccess(line)

  /** Lets one call run at a time, with its signal, and makes every failure a BridgeError. */
  const run = async <T>({ signal }: IoOptions, work: () => Promise<T>): Promise<T> => {
    if (closing !== undefined) throw new BridgeError('device_closed')
    if (lost !== undefined) throw lost
    if (running !== undefined) throw new BridgeError('device_busy', 'Another call to the encoder is running.')
    throwIfAborted(signal)
    const abort = (): void => line.cancel(new BridgeError('aborted', undefined, { cause: signal.reason }))
    signal.addEventListener('abort', abort, { once: true })
    const settled = work()
    running = settled.catch(() => undefined)
    try {
      return await settled
    } catch (error) {
      access.forget()
      // Whatever failed at a higher speed is not tried there again.
      if (line.baudRate !== restingBaudRate && isUnanswered(error)) sessionBaudRate = restingBaudRate
      throw toBridgeError(error, 'device_fault')
    } finally {
      signal.removeEventListener('abort', abort)
      line.resume()
      running = undefined
    }
  }

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
    run(call, async () => {
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

  const close = async (): Promise<void> => {
    line.cancel(new BridgeError('device_closed'))
    await running
    line.resume()
    await rest().catch(() => undefined)
    await line.close()
  }

  let firmware: string
  try {
    firmware = await run(io, () => startUp(line))
  } catch (error) {
    await line.close()
    throw error
  }
  return {
    kind: 'card',
    info: { model: 'PN532', firmware, serialNumber: null },
    probe: (call) =>
      run(call, async () => {
        await readFirmware(line).catch(async (error: unknown) => {
          if (!isUnanswered(error)) throw error
          await restart()
        })
      }),
    onLost: (next) => {
      observer = next
      if (lost !== undefined) next(lost)
    },
    waitForCard,
    read: (card, at, call) => run(call, () => access.read(card, at)),
    write: (card, at, data, call) => run(call, () => access.write(card, at, data)),
    release: (call) => run(call, rest),
    close: () => (closing ??= close()),
  }
}
