import type { EncoderLease, EncoderView, Encoders } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { EncoderId, OrderId } from '../contract/ids.ts'
import { startDeviceSlot } from './device-slot.ts'
import type { DeviceSlot, SlotPorts, SlotSettings } from './device-slot.ts'
import { createLease } from './lease.ts'
import type { HeldDevice } from './lease.ts'

/** One encoder of the configuration. */
export interface EncoderSettings extends SlotSettings {
  readonly encoderId: EncoderId
  readonly layout: string
}

interface Encoder {
  readonly settings: EncoderSettings
  readonly slot: DeviceSlot
  held: HeldDevice | null
}

interface Claim {
  readonly encoderIds: readonly EncoderId[]
  readonly orderId: OrderId
  readonly owner: string
  readonly resolve: (lease: EncoderLease) => void
}

export interface OpenEncoders extends Encoders {
  /**
   * Takes an encoder away from the order that is believed to hold it. False, and nothing happens, when another one does:
   * whoever takes over must have seen the present holder.
   */
  takeOver(encoderId: EncoderId, from: OrderId): boolean
  /** Asks every idle device for a sign of life, as after a sleep of the computer. */
  probeAll(): void
  close(): Promise<void>
}

/**
 * Owns the devices of this desk and gives each to one session at a time, first come, first served per encoder. An order
 * for a pool takes whichever of its encoders is free and ready first.
 */
export const openEncoders = (
  settings: readonly EncoderSettings[],
  ports: SlotPorts & { readonly wallClock: () => Date; readonly onAlive: () => void },
): OpenEncoders => {
  const encoders = new Map<EncoderId, Encoder>()
  const claims: Claim[] = []
  const observers = new Set<() => void>()
  let isClosed = false

  const changed = (): void => {
    for (const observer of observers) observer()
  }

  const grant = (encoder: Encoder, claim: Claim): void => {
    const device = encoder.slot.device()
    if (device === null) return
    const held = createLease({
      encoderId: encoder.settings.encoderId,
      layout: encoder.settings.layout,
      abort: encoder.settings.driver.manifest.abort,
      abortWithinMs: encoder.settings.driver.manifest.abortWithinMs,
      device,
      orderId: claim.orderId,
      owner: claim.owner,
      since: ports.wallClock().toISOString(),
      clock: ports.clock,
      onReleased: (fault) => {
        encoder.held = null
        encoder.slot.setHeld(false)
        if (fault !== null) encoder.slot.reopen(fault)
        serve()
        changed()
      },
    })
    encoder.held = held
    encoder.slot.setHeld(true)
    claims.splice(claims.indexOf(claim), 1)
    claim.resolve(held.lease)
  }

  const serve = (): void => {
    for (const claim of [...claims]) {
      const free = [...encoders.values()].find(
        (encoder) =>
          claim.encoderIds.includes(encoder.settings.encoderId) &&
          encoder.held === null &&
          encoder.slot.state() === 'ready' &&
          encoder.slot.device() !== null,
      )
      if (free !== undefined) grant(free, claim)
    }
  }

  for (const setting of settings) {
    const encoder: Encoder = {
      settings: setting,
      held: null,
      slot: startDeviceSlot(setting, ports, {
        onChange: () => {
          serve()
          changed()
        },
        onLost: (error) => {
          encoder.held?.deviceLost(error)
          changed()
        },
        onAlive: () => {
          // Whoever asked during the probe is served now.
          serve()
          ports.onAlive()
        },
      }),
    }
    encoders.set(setting.encoderId, encoder)
  }

  return {
    list: () => [...encoders.values()].map(viewOf),
    onChange: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    lease: (encoderIds, { orderId, owner, isFirst }, signal) =>
      new Promise((resolve, reject) => {
        if (isClosed) return reject(new BridgeError('draining'))
        if (signal.aborted) return reject(new BridgeError('aborted'))
        if (!encoderIds.some((id) => encoders.has(id))) return reject(new BridgeError('encoder_unknown'))
        const withdraw = (): void => {
          const index = claims.indexOf(claim)
          if (index >= 0) claims.splice(index, 1)
          reject(new BridgeError('aborted'))
        }
        const claim: Claim = {
          encoderIds,
          orderId,
          owner,
          resolve: (lease) => {
            signal.removeEventListener('abort', withdraw)
            resolve(lease)
          },
        }
        signal.addEventListener('abort', withdraw, { once: true })
        if (isFirst) claims.unshift(claim)
        else claims.push(claim)
        serve()
        changed()
      }),
    takeOver: (encoderId, from) => {
      const held = encoders.get(encoderId)?.held
      if (held?.orderId !== from) return false
      held.takeAway(new BridgeError('device_busy', 'The encoder was taken over.'))
      return true
    },
    probeAll: () => {
      for (const { slot } of encoders.values()) slot.probeNow()
    },
    close: async () => {
      isClosed = true
      await Promise.all([...encoders.values()].map(({ slot }) => slot.close()))
    },
  }
}

const viewOf = ({ settings, slot, held }: Encoder): EncoderView => ({
  encoderId: settings.encoderId,
  name: settings.name,
  driver: settings.driver.manifest.id,
  path: settings.path,
  layout: settings.layout,
  technologies: settings.driver.manifest.technologies,
  state: held === null ? slot.state() : 'leased',
  error: slot.error(),
  info: slot.info(),
  lease: held === null ? null : { orderId: held.orderId, owner: held.owner, since: held.since },
})
