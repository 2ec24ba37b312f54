import { BridgeError, toBridgeError } from '../contract/index.ts'

interface LossListener {
  onLost(error: BridgeError): void
}

/**
 * The middle of every memory transport: one listener, a cable that can be pulled, and the count of what has crossed it, in
 * bytes or in messages.
 */
export interface Cable<Listener extends LossListener> {
  /** See TransportBase.listen. */
  listen(listener: Listener): () => void
  /** Tells the listener something in a microtask, unless the cable is out by then. */
  tell(message: (listener: Listener) => void): void
  /** Counts so much more as crossed, and returns how much of it gets through before the cable is out. */
  pass(count: number): number
  /** Pulls the cable when nothing more gets through, behind what was told before. */
  settle(): void
  /** Runs a call of the host in a microtask. It rejects when the transport is closed or lost, and as soon as it becomes so. */
  call<Result>(work: () => Result | Promise<Result>): Promise<Result>
  /** What calls reject with when the cable is out. */
  readonly lost: BridgeError
  unplug(): void
  unplugAfter(count: number): void
  close(): Promise<void>
  readonly crossed: number
  readonly listenerCount: number
  /** Calls that have not settled. */
  readonly pendingCalls: number
}

/** Makes a cable; `cutPower` is called when it is pulled. */
export const createCable = <Listener extends LossListener>(
  path: string,
  cutPower: () => void,
): Cable<Listener> => {
  const lost = new BridgeError('device_lost', `${path} was unplugged.`)
  const pending = new Set<(error: BridgeError) => void>()
  let listener: Listener | undefined
  let end: BridgeError | undefined
  let left = Number.POSITIVE_INFINITY
  let crossed = 0

  const endWith = (error: BridgeError): void => {
    end = error
    for (const reject of pending) reject(error)
    pending.clear()
  }

  const unplug = (): void => {
    if (end !== undefined) return
    endWith(lost)
    cutPower()
    const witness = listener
    queueMicrotask(() => {
      if (end === lost) witness?.onLost(lost)
    })
  }

  const unplugWhenDone = (): void => {
    if (left === 0) unplug()
  }

  const settle = (): void => queueMicrotask(unplugWhenDone)

  return {
    lost,
    unplug,
    settle,
    listen: (newListener) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = newListener
      return () => {
        if (listener === newListener) listener = undefined
      }
    },
    tell: (message) =>
      queueMicrotask(() => {
        if (end === undefined && listener !== undefined) message(listener)
      }),
    pass: (count) => {
      const passed = Math.min(count, left)
      left -= passed
      crossed += passed
      return passed
    },
    call: (work) =>
      new Promise((resolve, reject) => {
        pending.add(reject)
        const run = async (): Promise<void> => {
          try {
            if (end !== undefined) throw end
            const result = work()
            // What was answered before the cable went is an answer, so a result that is there already waits for nothing.
            resolve(result instanceof Promise ? await result : result)
          } catch (error) {
            reject(toBridgeError(error))
          } finally {
            pending.delete(reject)
            settle()
          }
        }
        queueMicrotask(() => void run())
      }),
    unplugAfter: (count) => {
      left = count
      unplugWhenDone()
    },
    close: async () => {
      await Promise.resolve()
      endWith(new BridgeError('device_closed', `${path} was closed.`))
    },
    get crossed() {
      return crossed
    },
    get listenerCount() {
      return listener === undefined ? 0 : 1
    },
    get pendingCalls() {
      return pending.size
    },
  }
}
