import { z } from 'zod'
import { CardTechnology } from './card.ts'
import type { Device, IoOptions } from './device.ts'
import type { Emulator, EmulatorOptions } from './emulator.ts'
import { BridgeError } from './errors.ts'
import { DriverId } from './ids.ts'
import { KeyAbilities } from './key-system.ts'
import { MatchRule } from './match.ts'
import { type Clock, type SerialSettings, type Transport, transportKinds } from './transport.ts'

/** The static facts of a driver. The conformance kit holds the driver to every one of them. */
export const DriverManifest = z
  .strictObject({
    id: DriverId,
    /** The product as people know it. */
    name: z.string().min(1),
    kind: z.enum(['card', 'keySystem', 'scanner']),
    /** What a device of this driver may be used for. */
    roles: z.array(z.enum(['encoder', 'scanner'])).min(1),
    /** How the device is reached; the first is the usual one. */
    transports: z.array(z.enum(transportKinds)).min(1),
    /** How it is recognised, most telling first. */
    match: z.array(MatchRule).readonly(),
    technologies: z.array(CardTechnology),
    /** How a card is shown to it: laid into a field, or swiped once for each reading and each writing. */
    presentation: z.enum(['field', 'swipe']),
    /** What it can show people: see DeviceBase.indicate. */
    indicators: z.array(z.enum(['light', 'sound'])),
    /**
     * Whether it answers when it is asked. One that only talks, like most barcode scanners, is believed to be what the
     * configuration says: opening it proves nothing.
     */
    answers: z.boolean().default(true),
    /** Whether it can tell that more than one card lies in its field; where it can't, it takes one of them. */
    tellsSeveral: z.boolean().default(true),
    /** Whether asking "are you there?" writes bytes that would disturb another device on the line. */
    intrusiveProbe: z.boolean(),
    /** What a key system can do; null for every other kind. */
    keys: KeyAbilities.nullable().default(null),
    /** What an abort promises about the card: see CardDevice.write; for a key system, whether a command that was sent can be given up. */
    abort: z.enum(['anytime', 'betweenBlocks', 'neverWhileWriting']),
    /** The time within which an aborted call settles, in milliseconds. */
    abortWithinMs: z.number().int().positive(),
    /** The evidence for this driver, told in the README's table. */
    evidence: z.array(z.enum(['emulated', 'foreign peer', 'real hardware'])),
  })
  .refine(({ kind, keys }) => (kind === 'keySystem') === (keys !== null), {
    message: 'keys: there exactly for a key system',
  })
export type DriverManifest = z.infer<typeof DriverManifest>

/** What a driver is given to open a device. It keeps nothing else: no file, no network, no log, no global timer. */
export interface OpenContext<Options> {
  readonly transport: Transport
  readonly options: Options
  readonly clock: Clock
  /**
   * Of a key system: an earlier link may have left a command without its answer, which may come over this one. An answer that
   * could be that one is none for a while.
   */
  readonly owesAnswer?: boolean
  /** What the computer's calendar shows, for protocols that tell the time of day. Durations are `clock`'s. */
  wallClock(): Date
}

/** A driver knows the protocol of one device family: data, a factory and an emulator. */
export interface Driver<Options = unknown> {
  readonly manifest: DriverManifest
  /** The driver's part of a device's configuration (YAML). */
  readonly options: z.ZodType<Options>
  /** For a driver that may be reached over a serial line. */
  readonly serial?: SerialSettings
  /**
   * Brings the device to its idle state and proves that it is of this family. It owns the transport from the call on and
   * closes it when it rejects. Rejects `device_unresponsive`, `device_mismatch`, `device_lost`, `protocol_error`, `aborted`.
   */
  open(context: OpenContext<Options>, io: IoOptions): Promise<Device>
  /**
   * Makes the firmware double: the same protocol from the other end, written from the device's document. Rejects
   * `not_supported` for a transport that is not in the manifest.
   */
  emulate(options: EmulatorOptions): Promise<Emulator>
}

/**
 * Checks the manifest and keeps the types: `export default defineDriver({...})`. It refuses to emulate over a transport that
 * the manifest does not name.
 */
export const defineDriver = <Options>(
  driver: Omit<Driver<Options>, 'manifest'> & { manifest: z.input<typeof DriverManifest> },
): Driver<Options> => {
  const manifest = DriverManifest.parse(driver.manifest)
  return {
    ...driver,
    manifest,
    emulate: async (options) => {
      const { transport } = options
      if (transport !== undefined && !manifest.transports.includes(transport)) {
        throw new BridgeError('not_supported', `The driver ${manifest.id} is not reached over ${transport}.`)
      }
      return driver.emulate(options)
    },
  }
}
