import type { Card } from '../contract/card.ts'
import type { Device, ScannerRead } from '../contract/device.ts'
import type { EncoderLease, EncoderView, Encoders } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import { type EncoderId, noUid, type OrderId } from '../contract/ids.ts'
import type { NumberFormat } from '../contract/number-format.ts'
import { startDeviceSlot } from './device-slot.ts'
import type { DeviceSlot, SlotPorts, SlotSettings } from './device-slot.ts'
import type { DeviceFinder } from './finder.ts'
import { identify, nextBadge, type Identified } from './identify.ts'
import { createLease } from './lease.ts'
import type { HeldDevice } from './lease.ts'
import type { Member } from './lend-key-system.ts'
import { createObservers } from '../contract/observers.ts'
import { shareScanner } from './shared-scanner.ts'
import { usualWay } from './way.ts'

/** One encoder of the configuration. */
export interface EncoderSettings extends SlotSettings {
  readonly encoderId: EncoderId
  readonly layout: string
  readonly numberFormat: NumberFormat | null
  /**
   * For one encoder of a key system. All of the same `system` share a device, and have its path, driver and options; that
   * device is found by the name of the system.
   */
  readonly member?: Member
}

/** A device, with what is leased of it: itself, or the encoders of a key system. */
interface Station {
  readonly slot: DeviceSlot
  /** The open device as it is lent: a scanner can be heard by several. */
  lendable: Device | null
  readonly encoders: Encoder[]
}

interface Encoder {
  readonly settings: EncoderSettings
  readonly station: Station
  held: HeldDevice | null
}

const deviceName = ({ member, name }: EncoderSettings): string => member?.system ?? name

/** What the holders of a link are told: whatever made it necessary to open it again, their part of it is gone. */
const linkLost = (error: BridgeError): BridgeError =>
  error.code === 'device_lost' ? error : new BridgeError('device_lost', error.message, { cause: error })

interface Claim {
  readonly encoderIds: readonly EncoderId[]
  readonly orderId: OrderId
  readonly owner: string
  readonly resolve: (lease: EncoderLease) => void
}

/** A read that no session had asked for. */
export interface IdleRead {
  readonly encoderId: EncoderId
  readonly read: ScannerRead
}

/** A card that a session was shown; the same card once for each lease. */
export interface ShownCard {
  readonly encoderId: EncoderId
  readonly orderId: OrderId
  readonly card: Card
}

export interface OpenEncoders extends Encoders {
  /**
   * Takes an encoder away from the order that is believed to hold it. False, and nothing happens, when another one does:
   * whoever takes over must have seen the present holder.
   */
  takeOver(encoderId: EncoderId, from: OrderId): boolean
  /** Asks every idle device for a sign of life, as after a sleep of the computer. */
  probeAll(): void
  onScannerRead(observer: (read: IdleRead) => void): () => void
  onCard(observer: (shown: ShownCard) => void): () => void
  /** Sets up the device that is quarantined under this encoder's name. Throws `request_invalid` where not exactly one is. */
  accept(encoderId: EncoderId): void
  /** Tells encoders apart: see identify.ts. */
  identify(encoderId: EncoderId | null, signal: AbortSignal): Promise<Identified>
  /** What the next card is known by that is shown to this encoder, or to any: see identify.ts. */
  nextBadge(encoderId: EncoderId | null, signal: AbortSignal): Promise<string>
  close(): Promise<void>
}

export interface EncoderPorts extends SlotPorts {
  readonly finder: SlotPorts['finder'] &
    Pick<DeviceFinder, 'identityAt' | 'accept' | 'setUp' | 'candidatesOf' | 'take'>
  readonly onAlive: () => void
}

/**
 * Owns the devices of this desk and gives each encoder to one session at a time, first come, first served. An order
 * for a pool takes whichever of its encoders is free and ready first. The encoders of a key system share one link: they are
 * lent side by side, and lost together, also when the link must be opened anew because one holder's call has never settled.
 */
export const openEncoders = (settings: readonly EncoderSettings[], ports: EncoderPorts): OpenEncoders => {
  const encoders = new Map<EncoderId, Encoder>()
  const stations = new Map<string, Station>()
  const claims: Claim[] = []
  const changes = createObservers<void>()
  const reads = createObservers<IdleRead>()
  const cards = createObservers<ShownCard>()
  let isClosed = false

  const grant = (encoder: Encoder, device: Device, claim: Claim): void => {
    const { encoderId, layout, numberFormat, driver, member = null } = encoder.settings
    const { slot } = encoder.station
    const { orderId, owner } = claim
    const seen = new Set<string>()
    const held = createLease({
      encoderId,
      layout,
      numberFormat,
      manifest: driver.manifest,
      device,
      member,
      orderId,
      owner,
      since: ports.wallClock().toISOString(),
      clock: ports.clock,
      onCard: (card) => {
        // Cards without an identifier can't be told apart: each may be another one.
        if (card.uid === noUid || !seen.has(card.uid)) cards.tell({ encoderId, orderId, card })
        seen.add(card.uid)
      },
      onReleased: (fault) => {
        encoder.held = null
        slot.setHeld(encoder.station.encoders.some(({ held: other }) => other !== null))
        if (fault !== null) slot.reopen(fault)
        serve()
        changes.tell()
      },
    })
    encoder.held = held
    slot.setHeld(true)
    claims.splice(claims.indexOf(claim), 1)
    claim.resolve(held.lease)
  }

  const isFree = ({ station: { slot }, held }: Encoder): boolean =>
    held === null && slot.state() === 'ready' && slot.device() !== null

  const serve = (): void => {
    for (const claim of [...claims]) {
      const free = [...encoders.values()].find(
        (encoder) => claim.encoderIds.includes(encoder.settings.encoderId) && isFree(encoder),
      )
      const device = free?.station.lendable ?? null
      if (free !== undefined && device !== null) grant(free, device, claim)
    }
  }

  const opened = (station: Station, device: Device): void => {
    station.lendable = device.kind === 'scanner' ? shareScanner(device) : device
    if (station.lendable.kind !== 'scanner') return
    station.lendable.onRead((read) => {
      for (const { settings: setting, held } of station.encoders) {
        if (held === null) reads.tell({ encoderId: setting.encoderId, read })
      }
    })
  }

  const openStation = (setting: EncoderSettings): Station => {
    const station: Station = {
      lendable: null,
      encoders: [],
      slot: startDeviceSlot({ ...setting, name: deviceName(setting) }, ports, {
        onChange: () => {
          serve()
          changes.tell()
        },
        onOpened: (device) => opened(station, device),
        onLost: (error) => {
          for (const { held, settings: one } of station.encoders) {
            held?.deviceLost(one.member === undefined ? error : linkLost(error))
          }
          changes.tell()
        },
        onAlive: () => {
          // Whoever asked during the probe is served now.
          serve()
          ports.onAlive()
        },
      }),
    }
    return station
  }

  for (const setting of settings) {
    const station = stations.get(deviceName(setting)) ?? openStation(setting)
    stations.set(deviceName(setting), station)
    const encoder: Encoder = { settings: setting, station, held: null }
    station.encoders.push(encoder)
    encoders.set(setting.encoderId, encoder)
  }

  const encoderOf = (encoderId: EncoderId): Encoder => {
    const encoder = encoders.get(encoderId)
    if (encoder === undefined) throw new BridgeError('encoder_unknown')
    return encoder
  }
  const viewOf = ({ settings: { driver, ...setting }, station: { slot }, held }: Encoder): EncoderView => ({
    encoderId: setting.encoderId,
    name: setting.name,
    driver: driver.manifest.id,
    kind: driver.manifest.kind,
    address: setting.member?.address ?? null,
    keys: driver.manifest.keys,
    transport: slot.place()?.transport ?? usualWay(driver.manifest.transports, setting.path) ?? 'none',
    path: slot.place()?.path ?? setting.path,
    identity: ports.finder.identityAt(deviceName({ driver, ...setting })),
    presentation: driver.manifest.presentation,
    indicators: driver.manifest.indicators,
    layout: setting.layout,
    technologies: driver.manifest.technologies,
    state: held === null ? slot.state() : 'leased',
    error: slot.error(),
    info: slot.info(),
    lease: held === null ? null : { orderId: held.orderId, owner: held.owner, since: held.since },
  })

  const list: Encoders['list'] = () => [...encoders.values()].map(viewOf)

  const lease: Encoders['lease'] = (encoderIds, { orderId, owner, isFirst }, signal) =>
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
        resolve: (granted) => {
          signal.removeEventListener('abort', withdraw)
          resolve(granted)
        },
      }
      signal.addEventListener('abort', withdraw, { once: true })
      if (isFirst) claims.unshift(claim)
      else claims.push(claim)
      serve()
      changes.tell()
    })

  return {
    list,
    lease,
    onChange: changes.add,
    onScannerRead: reads.add,
    onCard: cards.add,
    takeOver: (encoderId, from) => {
      const held = encoders.get(encoderId)?.held
      if (held?.orderId !== from) return false
      held.takeAway(new BridgeError('device_busy', 'The encoder was taken over.'))
      return true
    },
    probeAll: () => {
      for (const { slot } of stations.values()) slot.probeNow()
    },
    accept: (encoderId) => {
      const { settings: setting, station } = encoderOf(encoderId)
      if (!ports.finder.accept(deviceName(setting))) {
        throw new BridgeError(
          'request_invalid',
          `There is not exactly one device that waits to be “${setting.name}”.`,
        )
      }
      station.slot.probeNow()
      changes.tell()
    },
    identify: async (encoderId, signal) => {
      const named = encoderId === null ? null : viewOf(encoderOf(encoderId))
      const identified = await identify(
        { ...ports, encoders: { list, lease }, settingsOf: (id) => encoderOf(id).settings },
        named,
        signal,
      )
      if (identified.kind === 'setUp') encoderOf(identified.encoderId).station.slot.probeNow()
      return identified
    },
    nextBadge: (encoderId, signal) => nextBadge({ encoders: { list, lease } }, encoderId, signal),
    close: async () => {
      isClosed = true
      await Promise.all([...stations.values()].map(({ slot }) => slot.close()))
    },
  }
}
