import { randomUUID } from 'node:crypto'
import type { Device } from '../contract/device.ts'
import type { EncoderView, Encoders } from '../contract/encoders.ts'
import { BridgeError, isBridgeError, toBridgeError } from '../contract/errors.ts'
import { OrderId } from '../contract/ids.ts'
import type { EncoderId } from '../contract/ids.ts'
import { closeInTime } from './bounded.ts'
import type { Candidate } from './candidate.ts'
import type { SlotPorts, SlotSettings } from './device-slot.ts'
import type { DeviceFinder } from './finder.ts'
import { openDevice } from './open-device.ts'
import { readBadge } from './read-badge.ts'
import { waitForSign } from './wait-for-sign.ts'

/** How an encoder was told from the others. */
export type Identified =
  /** It has shown itself: a light, a sound. */
  | { readonly kind: 'shown'; readonly encoderId: EncoderId }
  /** It was shown a card. */
  | { readonly kind: 'seen'; readonly encoderId: EncoderId }
  /** What was shown a card is this encoder from now on. */
  | { readonly kind: 'setUp'; readonly encoderId: EncoderId; readonly path: string }

interface IdentifyPorts extends Pick<SlotPorts, 'clock' | 'wallClock' | 'openTransport'> {
  readonly encoders: Pick<Encoders, 'list' | 'lease'>
  readonly finder: Pick<DeviceFinder, 'setUp' | 'candidatesOf' | 'take'>
  settingsOf(encoderId: EncoderId): SlotSettings
}

/** Something that may be shown a card: resolves when it was and all is closed again. Rejects `aborted`. */
type Witness<T> = (signal: AbortSignal) => Promise<T>

const withLease = async <T>(
  { encoders }: Pick<IdentifyPorts, 'encoders'>,
  encoderId: EncoderId,
  signal: AbortSignal,
  work: (device: Device) => Promise<T>,
): Promise<T> => {
  const claim = { orderId: OrderId.parse(`identify-${randomUUID()}`), owner: 'identify', isFirst: false }
  const lease = await encoders.lease([encoderId], claim, signal)
  try {
    return await work(lease.device)
  } finally {
    await lease.release()
  }
}

/** Opens a candidate with the driver of the encoder that it may be, and waits for a card. */
const watchCandidate = async (
  ports: IdentifyPorts,
  settings: SlotSettings,
  candidate: Candidate,
  signal: AbortSignal,
): Promise<void> => {
  const place = ports.finder.take(candidate)
  const crashed = new AbortController()
  const stop = AbortSignal.any([signal, crashed.signal])
  let device: Device | null = null
  try {
    const opened = await openDevice({ ...settings, place }, ports, (error) => crashed.abort(error), stop)
    device = opened.device
    await waitForSign(device, stop)
  } finally {
    if (device !== null) await closeInTime(ports.clock, device)
    place.giveBack()
  }
}

/** What the first of them that is shown a card has to tell; the others are told to stop. */
const firstToSee = async <T>(witnesses: readonly Witness<T>[], signal: AbortSignal): Promise<T> => {
  const enough = new AbortController()
  const stop = AbortSignal.any([signal, enough.signal])
  const failures: BridgeError[] = []
  const sightings = await Promise.all(
    witnesses.map(async (watch) => {
      try {
        const told = await watch(stop)
        enough.abort()
        return [{ told }]
      } catch (error) {
        failures.push(toBridgeError(error))
        return []
      }
    }),
  )
  const [first] = sightings.flat()
  if (first !== undefined) return first.told
  if (signal.aborted) throw new BridgeError('aborted')
  const failure = failures.find((one) => !isBridgeError(one, 'aborted'))
  throw failure ?? new BridgeError('device_absent', 'No connected device can be shown a card.')
}

/** Those that can be shown a card now: a lock system decides by itself what it does with one. */
const idle = (encoders: readonly EncoderView[]): readonly EncoderView[] =>
  encoders.filter(({ state, kind }) => state === 'ready' && kind !== 'keySystem')

/** What is shown, and can be no badge. */
const unfit = ['card_several', 'card_unreadable', 'card_incompatible'] as const

/**
 * What the next card is known by that is shown to the named encoder, or to any that nobody uses: see read-badge.ts. Sessions
 * wait meanwhile: the signal bounds it. Rejects `device_absent` where no encoder is free, `aborted`, and as `readBadge` does.
 */
export const nextBadge = async (
  { encoders }: Pick<IdentifyPorts, 'encoders'>,
  named: EncoderId | null,
  signal: AbortSignal,
): Promise<string> => {
  const free = idle(encoders.list()).filter(({ encoderId }) => named === null || encoderId === named)
  const tell = await firstToSee(
    free.map(
      ({ encoderId }): Witness<() => string> =>
        (stop) =>
          withLease({ encoders }, encoderId, stop, async (device) => {
            try {
              const badge = await readBadge(device, stop)
              return () => badge
            } catch (error) {
              if (!unfit.some((code) => isBridgeError(error, code))) throw error
              // Something was shown: whoever did so hears at once what is wrong with it.
              return () => {
                throw error
              }
            }
          }),
    ),
    signal,
  )
  return tell()
}

/**
 * Tells encoders apart. The named one shows itself if it can. Else whichever is shown a card is told; what could be the named
 * encoder, and belongs to nobody, becomes it by that. Sessions wait meanwhile: the signal bounds it.
 * Rejects `device_busy`, `device_absent`, `aborted`, `not_supported` for an encoder of a key system, and with what keeps the
 * devices from being opened.
 */
export const identify = async (
  ports: IdentifyPorts,
  named: EncoderView | null,
  signal: AbortSignal,
): Promise<Identified> => {
  if (named?.kind === 'keySystem') {
    throw new BridgeError(
      'not_supported',
      `“${named.name}” shows nothing of itself; its lock system calls it “${named.address ?? ''}”.`,
    )
  }
  if (named?.lease != null) {
    throw new BridgeError('device_busy', `“${named.name}” is in use by ${named.lease.owner}.`)
  }
  if (named?.state === 'ready' && named.indicators.length > 0) {
    await withLease(ports, named.encoderId, signal, async (device) => {
      await device.indicate?.('identify', { signal })
    })
    return { kind: 'shown', encoderId: named.encoderId }
  }
  const ready = idle(ports.encoders.list()).map(
    ({ encoderId }): Witness<() => Identified> =>
      async (stop) => {
        await withLease(ports, encoderId, stop, (device) => waitForSign(device, stop))
        return () => ({ kind: 'seen', encoderId })
      },
  )
  const strangers =
    named === null || named.state === 'ready'
      ? []
      : ports.finder.candidatesOf(named.name).map((candidate): Witness<() => Identified> => async (stop) => {
          await watchCandidate(ports, ports.settingsOf(named.encoderId), candidate, stop)
          return () => {
            const now = ports.encoders.list().find(({ encoderId }) => encoderId === named.encoderId)
            if (now?.state === 'ready' || now?.state === 'leased') {
              throw new BridgeError('device_busy', `“${named.name}” has come back meanwhile.`)
            }
            ports.finder.setUp(named.name, candidate)
            return { kind: 'setUp', encoderId: named.encoderId, path: candidate.path }
          }
        })
  const conclude = await firstToSee([...ready, ...strangers], signal)
  return conclude()
}
