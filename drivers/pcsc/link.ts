import { BridgeError, type Clock, type PcscState, type PcscTransport } from 'encoder-bridge/driver'

/** No command of a storage card takes as long; the signals of an ACR122U take about one second. */
const ANSWER_MS = 3000

/** Calls to the reader, each of them bounded. What waits ends by `cancel`; what is at the reader is finished. */
export interface Link {
  readonly readerName: string
  /** What lies in the slot, as far as it was told. */
  readonly state: PcscState | undefined
  connect(): Promise<void>
  transmit(apdu: Uint8Array): Promise<Uint8Array>
  disconnect(isReset: boolean): Promise<void>
  escape(command: Uint8Array): Promise<Uint8Array>
  pause(delayMs: number): Promise<void>
  /** Resolves when the slot has changed, or after the time. */
  waitForChange(limitMs?: number): Promise<void>
  /** Makes what waits, and every later call until `resume`, reject with the error. */
  cancel(error: BridgeError): void
  resume(): void
  /** Runs work that has to be done in spite of a cancellation. */
  finish<Result>(work: () => Promise<Result>): Promise<Result>
  close(): Promise<void>
}

export interface LinkObserver {
  /** The slot is empty, or what lies there does not answer. */
  onCardGone(): void
  onLost(error: BridgeError): void
}

export const createLink = (transport: PcscTransport, clock: Clock, observer: LinkObserver): Link => {
  let state: PcscState | undefined
  let end: BridgeError | undefined
  let cancelled: BridgeError | undefined
  let wake: ((error?: BridgeError) => void) | undefined
  let isStateAwaited = false

  const stopListening = transport.listen({
    onState: (next) => {
      state = next
      if (next.kind !== 'present') observer.onCardGone()
      if (isStateAwaited) wake?.()
    },
    onLost: (error) => {
      end = error
      wake?.(error)
      observer.onLost(error)
    },
  })

  const assertFree = (): void => {
    const refusal = end ?? cancelled
    if (refusal !== undefined) throw refusal
  }

  const sleep = async (delayMs: number | undefined, isEndedByState: boolean): Promise<void> => {
    assertFree()
    isStateAwaited = isEndedByState
    await new Promise<void>((resolve, reject) => {
      const timer = delayMs === undefined ? undefined : clock.setTimeout(() => wake?.(), delayMs)
      wake = (error) => {
        wake = undefined
        clock.clearTimeout(timer)
        if (error === undefined) resolve()
        else reject(error)
      }
    })
  }

  const call = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    assertFree()
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => reject(new BridgeError('device_unresponsive')), ANSWER_MS)
      work()
        .finally(() => clock.clearTimeout(timer))
        .then(resolve, reject)
    })
  }

  return {
    readerName: transport.path,
    get state() {
      return state
    },
    connect: () => call(() => transport.connect()),
    transmit: (apdu) => call(() => transport.transmit(apdu)),
    disconnect: (isReset) => call(() => transport.disconnect(isReset)),
    escape: (command) => call(() => transport.escape(command)),
    pause: (delayMs) => sleep(delayMs, false),
    waitForChange: (limitMs) => sleep(limitMs, true),
    cancel: (error) => {
      cancelled ??= error
      wake?.(cancelled)
    },
    resume: () => {
      cancelled = undefined
    },
    finish: async (work) => {
      const kept = cancelled
      cancelled = undefined
      try {
        return await work()
      } finally {
        cancelled ??= kept
      }
    },
    close: async () => {
      stopListening()
      end ??= new BridgeError('device_closed')
      await transport.close()
    },
  }
}
