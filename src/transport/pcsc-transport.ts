import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Clock, PcscListener, PcscTransport } from '../contract/transport.ts'
import { type CardConnection, createCardOpening } from './pcsc-connection.ts'
import { createEscape } from './pcsc-escape.ts'
import { explainPcscError, isPoolEmpty, type NativeReader } from './pcsc-library.ts'
import { createSlot } from './pcsc-slot.ts'
import type { ReaderWatch } from './pcsc-watch.ts'

/** A transport with the ends at which the watch of the readers moves it. */
export interface WatchedTransport {
  readonly transport: PcscTransport
  /** Resolves when the state of the slot is known. */
  readonly ready: Promise<void>
  update(status: number): void
  lose(error: BridgeError): void
}

/** A call that the reader's driver never ends does not keep us from closing. */
const CLOSE_WITHIN_MS = 1000

/** Makes the transport of one reader. It releases the watch when it is closed. */
export const createPcscTransport = (
  path: string,
  reader: NativeReader,
  watch: ReaderWatch,
  clock: Clock,
): WatchedTransport => {
  const opening = createCardOpening(reader, clock)
  const sendEscape = createEscape(reader, watch.library, clock)
  const { promise: ready, resolve: becomeReady } = createSignal()
  let listener: PcscListener | undefined
  let end: BridgeError | undefined
  let connection: CardConnection | undefined
  /** The card of the last connection has gone, and nobody has disconnected since. */
  let isRemoved = false
  let closing: Promise<void> | undefined

  const slot = createSlot(
    reader,
    clock,
    (state) => {
      becomeReady()
      if (state.kind === 'empty' && connection !== undefined) {
        isRemoved = true
        void dropConnection(false)
      }
      listener?.onState(state)
    },
    (error) => fail(error),
  )

  const dropConnection = async (isReset: boolean): Promise<void> => {
    const dropped = connection
    connection = undefined
    await dropped?.end(isReset)
  }

  const lose = (error: BridgeError): void => {
    if (end !== undefined) return
    end = error
    slot.close()
    opening.cancel()
    void dropConnection(false)
    becomeReady()
    listener?.onLost(error)
  }

  /** A connection whose end failed is never given back to the package's pool; a new client has a new pool. */
  const fail = (error: BridgeError): void => {
    if (isPoolEmpty(error)) watch.fail(error)
    else if (error.code === 'device_lost') lose(error)
  }

  const assertOpen = (): void => {
    if (end !== undefined) throw end
  }

  const run = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    assertOpen()
    try {
      return await work()
    } catch (cause) {
      assertOpen()
      const error = explainPcscError(path, cause)
      fail(error)
      throw error
    }
  }

  const connect = async (): Promise<void> => {
    await dropConnection(false)
    isRemoved = false
    connection = await opening.open()
    if (end !== undefined) await dropConnection(false)
    assertOpen()
  }

  const transmit = async (apdu: Uint8Array): Promise<Uint8Array> => {
    const used = connection
    if (used === undefined) {
      throw isRemoved
        ? new BridgeError('card_removed', `${path}: the slot was emptied.`)
        : new BridgeError('device_fault', `${path}: no card is connected.`)
    }
    try {
      return await used.transmit(apdu)
    } catch (error) {
      if (isBridgeError(error, 'card_removed') && connection === used) slot.empty()
      throw error
    }
  }

  const close = async (): Promise<void> => {
    end = new BridgeError('device_closed', `${path} was closed.`)
    slot.close()
    opening.cancel()
    let timer: unknown
    const givenUp = new Promise<void>((resolve) => {
      timer = clock.setTimeout(resolve, CLOSE_WITHIN_MS)
    })
    await Promise.race([dropConnection(true), givenUp])
    clock.clearTimeout(timer)
    watch.release()
  }

  return {
    ready,
    update: (status) => slot.update(status),
    lose,
    transport: {
      kind: 'pcsc',
      path,
      listen: (next) => {
        if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
        listener = next
        queueMicrotask(() => {
          if (listener !== next || closing !== undefined) return
          if (end !== undefined) next.onLost(end)
          else if (slot.state !== undefined) next.onState(slot.state)
        })
        return () => {
          if (listener === next) listener = undefined
        }
      },
      connect: () => run(connect),
      transmit: (apdu) => run(() => transmit(apdu)),
      disconnect: (isReset) =>
        run(async () => {
          isRemoved = false
          await dropConnection(isReset)
        }),
      escape: (command) => run(() => sendEscape(command, connection)),
      close: () => (closing ??= close()),
    },
  }
}

const createSignal = (): { readonly promise: Promise<void>; readonly resolve: () => void } => {
  let resolve: () => void = () => undefined
  const promise = new Promise<void>((resolvePromise) => {
    resolve = resolvePromise
  })
  return { promise, resolve }
}
