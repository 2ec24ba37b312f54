import type { BridgeError, CommandOptions, DriverManifest, KeyOrder, KeySystem } from 'encoder-bridge/driver'

/** A key system whose calls a test settles by hand, encoder by encoder. */
export interface FakeKeySystem extends KeySystem {
  /** The calls that were made, oldest first: `makeKey 1`. */
  readonly calls: string[]
  /** As the driver does right before the bytes of a command go out. Throws what the holder throws. */
  send(encoder: string): void
  settle(encoder: string, result?: unknown): void
  fail(encoder: string, error: Error): void
  lose(error: BridgeError): void
  readonly isClosed: boolean
}

interface Waiting {
  readonly encoder: string
  readonly options: Partial<CommandOptions>
  readonly resolve: (value: never) => void
  readonly reject: (error: Error) => void
}

export const keyAbilities: NonNullable<DriverManifest['keys']> = {
  purposes: ['new', 'additional'],
  copiesAtOnce: 1,
  rooms: 2,
  authorisations: false,
  timeStep: 'minute',
  needsEnd: true,
  isParallel: true,
  refusals: ['room_unknown', 'key_encoder_busy'],
  reads: true,
  checksOut: true,
  movesStays: false,
  cancelsTasks: false,
  assigns: false,
}

/** The manifest of a driver that opens it. */
export const lockManifest: Partial<DriverManifest> = {
  kind: 'keySystem',
  transports: ['tcp', 'serial'],
  keys: keyAbilities,
}

const LINK_ENCODER = 'link'

export const createFakeKeySystem = (): FakeKeySystem => {
  const waiting: Waiting[] = []
  const calls: string[] = []
  let observer: (error: BridgeError) => void = () => undefined
  let isClosed = false
  const call = (name: string, encoder: string, options: Partial<CommandOptions>): Promise<never> => {
    calls.push(`${name} ${encoder}`)
    return new Promise((resolve, reject) => waiting.push({ encoder, options, resolve, reject }))
  }
  const oldest = (encoder: string): Waiting => {
    const found = waiting.find((one) => one.encoder === encoder)
    if (found === undefined) throw new Error(`nothing waits on ${encoder}`)
    return found
  }
  const take = (encoder: string): Waiting => {
    const found = oldest(encoder)
    waiting.splice(waiting.indexOf(found), 1)
    return found
  }
  return {
    kind: 'keySystem',
    info: { model: 'Fake lock system', firmware: '1', serialNumber: 'LICENCE-1' },
    calls,
    probe: () => call('probe', LINK_ENCODER, {}),
    onLost: (next) => {
      observer = next
    },
    makeKey: (encoder, _order, options) => call('makeKey', encoder, options),
    readKey: (encoder, options) => call('readKey', encoder, options),
    checkOut: (encoder, _order, options) => call('checkOut', encoder, options),
    close: async () => {
      await Promise.resolve()
      isClosed = true
    },
    send: (encoder) => oldest(encoder).options.beforeSending?.(),
    settle: (encoder, result) => take(encoder).resolve(result as never),
    fail: (encoder, error) => take(encoder).reject(error),
    lose: (error) => observer(error),
    get isClosed() {
      return isClosed
    },
  }
}

const noon = { year: 2026, month: 11, day: 25, hour: 12, minute: 0 }

export const keyOrder: KeyOrder = {
  purpose: 'new',
  copies: 1,
  rooms: ['101'],
  authorisations: [],
  startsAt: noon,
  endsAt: { ...noon, day: 27 },
  accessMethodId: '33333333-3333-4333-8333-333333333333',
  credentialId: '55555555-5555-4555-8555-555555555555',
}
