import { BridgeError, type EncoderId } from 'encoder-bridge/driver'
import type { EncoderLease, Encoders, EncoderView, KeyLease } from '../../src/contract/encoders.ts'
import type { KeyAbilities, KeySystem } from '../../src/contract/key-system.ts'

/** The encoders of one fake link, each lent to one session at a time, first come, first served. */
export interface FakeKeyEncoders extends Encoders {
  /** The link is gone: every lease of it ends, and nobody gets one until it is back. */
  lose(): void
  comeBack(): void
}

export interface FakeKeyEncodersOptions {
  readonly device: KeySystem
  readonly keys: KeyAbilities
  readonly abort: KeyLease['abort']
  readonly encoders: readonly { readonly encoderId: EncoderId; readonly address: string }[]
  /** Another encoder that belongs to no lock system. */
  readonly other?: EncoderId
}

interface Waiting {
  readonly encoderIds: readonly EncoderId[]
  readonly isFirst: boolean
  serve(lease: EncoderLease): void
}

const viewOf = (
  encoderId: EncoderId,
  address: string,
  { keys, isOnline }: { readonly keys: KeyAbilities | null; readonly isOnline: boolean },
): EncoderView => ({
  encoderId,
  name: `Encoder ${address}`,
  driver: 'fake',
  kind: keys === null ? 'card' : 'keySystem',
  address: keys === null ? null : address,
  keys,
  transport: 'tcp',
  path: null,
  identity: null,
  presentation: 'field',
  indicators: [],
  layout: 'demo',
  technologies: [],
  state: isOnline ? 'ready' : 'absent',
  error: null,
  info: null,
  lease: null,
})

/** The device as one lease has it: after its end no call of it reaches the device. */
const fenced = (device: KeySystem, isMine: () => boolean): KeySystem => ({
  ...device,
  makeKey: (...args) =>
    isMine() ? device.makeKey(...args) : Promise.reject(new BridgeError('device_closed')),
  readKey: async (...args) => {
    if (!isMine() || device.readKey === undefined) throw new BridgeError('device_closed')
    return device.readKey(...args)
  },
})

export const createFakeKeyEncoders = (options: FakeKeyEncodersOptions): FakeKeyEncoders => {
  const { encoders, keys, device, abort, other } = options
  const observers = new Set<() => void>()
  const waiting: Waiting[] = []
  const leases = new Map<EncoderId, AbortController>()
  let isOnline = true

  const lend = (encoderId: EncoderId, address: string): KeyLease => {
    const lost = new AbortController()
    leases.set(encoderId, lost)
    return {
      kind: 'keySystem',
      encoderId,
      device: fenced(device, () => leases.get(encoderId) === lost),
      address,
      system: 'Lock system',
      keys,
      layout: 'demo',
      numberFormat: null,
      presentation: 'field',
      abort,
      lost: lost.signal,
      release: () => {
        if (leases.get(encoderId) === lost) leases.delete(encoderId)
        serve()
        return Promise.resolve()
      },
    }
  }
  const serve = (): void => {
    if (!isOnline) return
    for (const { encoderId, address } of encoders) {
      if (leases.has(encoderId)) continue
      const index = waiting.findIndex(({ encoderIds }) => encoderIds.includes(encoderId))
      if (index !== -1) waiting.splice(index, 1)[0]?.serve(lend(encoderId, address))
    }
  }
  const changed = (): void => {
    for (const observer of observers) observer()
  }

  return {
    list: () => [
      ...encoders.map(({ encoderId, address }) => viewOf(encoderId, address, { keys, isOnline })),
      ...(other === undefined ? [] : [viewOf(other, 'other', { keys: null, isOnline })]),
    ],
    onChange: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    lease: (encoderIds, { isFirst }, signal) =>
      new Promise((resolve, reject) => {
        if (!encoders.some(({ encoderId }) => encoderIds.includes(encoderId))) {
          return reject(new BridgeError('encoder_unknown'))
        }
        const one: Waiting = { encoderIds, isFirst, serve: resolve }
        if (isFirst) waiting.unshift(one)
        else waiting.push(one)
        signal.addEventListener('abort', () => {
          const index = waiting.indexOf(one)
          if (index !== -1) waiting.splice(index, 1)
          reject(new BridgeError('aborted'))
        })
        serve()
      }),
    lose: () => {
      isOnline = false
      for (const lost of leases.values()) lost.abort(new BridgeError('device_lost'))
      leases.clear()
      changed()
    },
    comeBack: () => {
      isOnline = true
      changed()
      serve()
    },
  }
}
