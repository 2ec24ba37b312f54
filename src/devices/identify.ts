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

/** Something that may be shown a card: an encoder of the desk, or what is connected and belongs to nobody. */
interface Witness {
  /** Waits for a card, and resolves when all is closed again. Rejects `aborted`. */
  watch(signal: AbortSignal): Promise<unknown>
  conclude(): Identified
}

const withLease = async (
  { encoders }: IdentifyPorts,
  encoderId: EncoderId,
  signal: AbortSignal,
  work: (device: Device) => Promise<void>,
): Promise<void> => {
  const claim = { orderId: OrderId.parse(`identify-${randomUUID()}`), owner: 'identify', isFirst: false }
  const lease = await encoders.lease([encoderId], claim, signal)
  try {
    await work(lease.device)
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

/** The first of them that is shown a card; the others are told to stop. */
const firstToSee = async (witnesses: readonly Witness[], signal: AbortSignal): Promise<Witness> => {
  const enough = new AbortController()
  const stop = AbortSignal.any([signal, enough.signal])
  const failures: BridgeError[] = []
  const sightings = await Promise.all(
    witnesses.map(async (witness) => {
      try {
        await witness.watch(stop)
        enough.abort()
        return [witness]
      } catch (error) {
        failures.push(toBridgeError(error))
        return []
      }
    }),
  )
  const [seenBy] = sightings.flat()
  if (seenBy !== undefined) return seenBy
  if (signal.aborted) throw new BridgeError('aborted')
  const failure = failures.find((one) => !isBridgeError(one, 'aborted'))
  throw failure ?? new BridgeError('device_absent', 'No connected device can be shown a card.')
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
  const ready = ports.encoders
    .list()
    // A lock system decides by itself what it does with a card that is shown to it.
    .filter(({ state, kind }) => state === 'ready' && kind !== 'keySystem')
    .map(({ encoderId }): Witness => ({
      watch: (stop) => withLease(ports, encoderId, stop, (device) => waitForSign(device, stop)),
      conclude: () => ({ kind: 'seen', encoderId }),
    }))
  const strangers =
    named === null || named.state === 'ready'
      ? []
      : ports.finder.candidatesOf(named.name).map((candidate): Witness => ({
          watch: (stop) => watchCandidate(ports, ports.settingsOf(named.encoderId), candidate, stop),
          conclude: () => {
            const now = ports.encoders.list().find(({ encoderId }) => encoderId === named.encoderId)
            if (now?.state === 'ready' || now?.state === 'leased') {
              throw new BridgeError('device_busy', `“${named.name}” has come back meanwhile.`)
            }
            ports.finder.setUp(named.name, candidate)
            return { kind: 'setUp', encoderId: named.encoderId, path: candidate.path }
          },
        }))
  return (await firstToSee([...ready, ...strangers], signal)).conclude()
}
