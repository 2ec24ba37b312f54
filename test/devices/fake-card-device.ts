import { CardUid, type BridgeError, type Card, type CardDevice } from 'encoder-bridge/driver'

/** A card device whose calls a test settles by hand. */
export interface FakeCardDevice extends CardDevice {
  /** The calls that were made, by name, oldest first. */
  readonly calls: string[]
  /** Settles the oldest call that waits. */
  settle(result?: unknown): void
  fail(error: BridgeError): void
  lose(error: BridgeError): void
  readonly isClosed: boolean
}

export const card: Card = { uid: CardUid.parse('DEADBEEF'), technology: 'mifare-classic-1k' }

/** With `isInstant` every call succeeds at once. */
export const createFakeCardDevice = (isInstant = false): FakeCardDevice => {
  const waiting: { resolve: (value: never) => void; reject: (error: BridgeError) => void }[] = []
  const calls: string[] = []
  let observer: (error: BridgeError) => void = () => undefined
  let isClosed = false
  const call = (name: string, result: unknown): Promise<never> => {
    calls.push(name)
    if (isInstant) return Promise.resolve(result as never)
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
  }
  return {
    kind: 'card',
    info: { model: 'Fake', firmware: '1', serialNumber: null },
    calls,
    probe: () => call('probe', undefined),
    onLost: (next) => {
      observer = next
    },
    waitForCard: () => call('waitForCard', card),
    read: () => call('read', new Uint8Array(16)),
    write: () => call('write', undefined),
    release: () => call('release', undefined),
    close: async () => {
      await Promise.resolve()
      isClosed = true
    },
    settle: (result) => waiting.shift()?.resolve(result as never),
    fail: (error) => waiting.shift()?.reject(error),
    lose: (error) => observer(error),
    get isClosed() {
      return isClosed
    },
  }
}
