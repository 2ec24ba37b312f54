import {
  BridgeError,
  type CardDevice,
  type DeviceInfo,
  type IoOptions,
  type OpenContext,
  throwIfAborted,
  toBridgeError,
  transportOf,
} from 'encoder-bridge/driver'
import { createCardAccess } from './card-access.ts'
import { indicate } from './indicate.ts'
import { createLine } from './line.ts'
import type { Twn4Options } from './options.ts'
import { deliveredBaudRate, startUp } from './start-up.ts'

/** Between two looks at an empty field: a card is noticed soon, and the line is quiet part of the time. */
const POLL_PAUSE_MS = 40

/** Opens the reader behind the transport as a card device; see Driver.open and CardDevice for what rejects how. */
export const openTwn4 = async (context: OpenContext<Twn4Options>, io: IoOptions): Promise<CardDevice> => {
  let lost: BridgeError | undefined
  let observer: ((error: BridgeError) => void) | undefined
  let closing: Promise<void> | undefined
  let running: Promise<unknown> | undefined

  const transport = transportOf(context.transport, 'serial')
  const line = createLine(transport, context.clock, deliveredBaudRate, (error) => {
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
      throw toBridgeError(error, 'device_fault')
    } finally {
      signal.removeEventListener('abort', abort)
      line.resume()
      running = undefined
    }
  }

  const waitForCard: CardDevice['waitForCard'] = (call) =>
    run(call, async () => {
      // A reader that was reset searches for other cards: it is told at every wait which ones are meant.
      access.forget()
      for (;;) {
        const card = await access.find()
        if (card !== undefined) return card
        await line.pause(POLL_PAUSE_MS)
      }
    })

  const close = async (): Promise<void> => {
    line.cancel(new BridgeError('device_closed'))
    await running
    line.resume()
    await access.rest().catch(() => undefined)
    await line.close()
  }

  let info: DeviceInfo
  try {
    info = await run(io, () => startUp(line, context.options))
  } catch (error) {
    await line.close()
    throw error
  }
  return {
    kind: 'card',
    info,
    probe: (call) => run(call, () => line.synchronise()),
    indicate: (what, call) => run(call, () => indicate(line, what)),
    onLost: (next) => {
      observer = next
      if (lost !== undefined) next(lost)
    },
    waitForCard,
    read: (card, at, call) => run(call, () => access.read(card, at)),
    write: (card, at, data, call) => run(call, () => access.write(card, at, data)),
    release: (call) => run(call, () => access.rest()),
    close: () => (closing ??= close()),
  }
}
