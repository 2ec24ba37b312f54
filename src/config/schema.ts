import { isAbsolute } from 'node:path'
import { z } from 'zod'
import { cardTechnologies } from '../contract/card.ts'
import { DriverId } from '../contract/ids.ts'
import { isBridgeError } from '../contract/errors.ts'
import { LayoutDefinition } from '../contract/layout-definition.ts'
import { parseLinkPath } from '../contract/link-path.ts'
import { NumberFormat } from '../contract/number-format.ts'
import { isSafeEndpoint } from './safe-endpoint.ts'

const usbId = (what: string) =>
  z
    .string()
    .regex(/^[0-9a-f]{4}$/i)
    .optional()
    .meta({ description: `the USB ${what}: four hexadecimal digits in quotes, like '0403'` })

const text = (description: string) => z.string().min(1).max(500).optional().meta({ description })

const DeviceMatch = z
  .strictObject({
    serialNumber: text('its USB serial number'),
    usbPath: text('the USB port that it is plugged into, like 1-2.3'),
    vendorId: usbId('vendor id'),
    productId: usbId('product id'),
    readerName: text('the name of the smart-card reader, or a part of it'),
  })
  .refine((match) => Object.values(match).some((value) => value !== undefined), {
    message: 'is empty; name at least one of serialNumber, usbPath, vendorId, productId, readerName',
  })
  .meta({
    description:
      'what tells the device at first sight: `{ serialNumber, usbPath, vendorId, productId, readerName }`, some of them',
  })

const repeated = <T>(list: readonly T[], of: (item: T) => string | undefined) =>
  list.flatMap((item, index) => {
    const first = list.findIndex((other) => of(other) === of(item))
    return of(item) !== undefined && first < index ? [{ first, index }] : []
  })

/** What is wrong with a path, where that can be seen before anything is opened; null for nothing. */
const faultOfPath = (path: string): string | null => {
  try {
    parseLinkPath(path)
    return null
  } catch (fault) {
    return isBridgeError(fault) ? (fault.detail ?? null) : null
  }
}

const MemberConfig = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .meta({ description: 'the name that people give this encoder, 1 to 64 characters' }),
    address: z.string().min(1).max(64).meta({
      description: 'what the lock system calls it, 1 to 64 characters; in quotes where it is a number',
    }),
  })
  .meta({ description: '`{ name, address }`' })

const Members = z
  .array(MemberConfig)
  .min(1)
  .max(64)
  .superRefine((members, context) => {
    for (const { first, index } of repeated(members, ({ address }) => address)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'address'],
        message: `is the same as encoders[${first}].address; the lock system would take them for one`,
      })
    }
  })

const DeviceConfig = z
  .strictObject({
    driver: DriverId.meta({ description: 'a driver’s name, as `encoder-bridge devices` lists them' }),
    path: z
      .string()
      .min(1)
      .max(500)
      .superRefine((path, context) => {
        const message = faultOfPath(path)
        if (message !== null) context.addIssue({ code: 'custom', message })
      })
      .optional()
      .meta({
        description:
          'the port that the encoder is on at first sight, like /dev/ttyUSB0 or COM3; for a lock system also `tcp://host:port` (the bridge connects), `tcp-listen://address:port?from=host` (the bridge waits for the lock system, and lets in `from` alone where it is given) or `https://host`',
      }),
    match: DeviceMatch.optional(),
    name: z
      .string()
      .trim()
      .min(1)
      .max(64)
      .meta({ description: 'the name that people give the encoder, 1 to 64 characters' }),
    layout: z
      .string()
      .min(1)
      .default('demo')
      .meta({ description: 'the card layout that this encoder writes' }),
    numberFormat: NumberFormat.nullable()
      .default(null)
      .meta({
        description: `how the numbers of cards without a record are written: ${NumberFormat.options.join(', ')}`,
      }),
    options: z
      .record(z.string(), z.unknown())
      .default({})
      .meta({ description: 'the driver’s own settings, described in its README' }),
    encoders: Members.optional().meta({
      description: 'the encoders of a lock system, 1 to 64, each `{ name, address }`; for key systems alone',
    }),
    secretFile: z.string().max(500).refine(isAbsolute).optional().meta({
      description:
        'the absolute path of a file that holds the key to a server (`https://`), and that others can’t read',
    }),
  })
  .meta({ description: 'one encoder, or one lock system: its driver, path and name' })
export type DeviceConfig = z.infer<typeof DeviceConfig>

/** One place has one spelling: letters' case and a slash at the end make no other host. */
const placeOf = ({ path }: DeviceConfig): string | undefined => {
  if (path === undefined || faultOfPath(path) !== null) return path
  const link = parseLinkPath(path)
  return link === null ? path : JSON.stringify(link).toLowerCase()
}

/** As many as a hub takes of one bridge. */
const MAX_ENCODERS = 64

const Devices = z
  .array(DeviceConfig)
  .max(64)
  .superRefine((devices, context) => {
    for (const [index, { path, match }] of devices.entries()) {
      if (path !== undefined && match !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [index, 'match'],
          message: 'stands beside path; one of them selects the device',
        })
      }
    }
    for (const { first, index } of repeated(devices, placeOf)) {
      context.addIssue({
        code: 'custom',
        path: [index, 'path'],
        message: `is the same as devices[${first}].path; each needs its own`,
      })
    }
    const names = devices.flatMap((device, index) => [
      { name: device.name, path: [index, 'name'], setting: `devices[${index}].name` },
      ...(device.encoders ?? []).map(({ name }, at) => ({
        name,
        path: [index, 'encoders', at, 'name'],
        setting: `devices[${index}].encoders[${at}].name`,
      })),
    ])
    for (const { first, index } of repeated(names, ({ name }) => name.toLowerCase())) {
      const { path = [] } = names[index] ?? {}
      const message = `is the same as ${names[first]?.setting}; each needs its own`
      context.addIssue({ code: 'custom', path, message })
    }
    const count = devices.reduce((sum, { encoders }) => sum + (encoders?.length ?? 1), 0)
    if (count > MAX_ENCODERS) {
      context.addIssue({ code: 'custom', message: `has ${count} encoders; ${MAX_ENCODERS} are the most` })
    }
  })

/** The driver of encoders that Seam reaches itself: it knows better than this computer whether they are there. */
const SEAMS_OWN = 'seam-remote'

const seconds = (description: string, fallback: number) =>
  z.int().min(5).max(3600).default(fallback).meta({ description })

const ReportedEncoder = z.strictObject({
  name: z.string().min(1).max(100).meta({ description: 'the name of an encoder of this configuration' }),
  number: z
    .string()
    .regex(/^\S{1,40}$/)
    .meta({ description: 'its number in the lock system, as text' }),
})

const ReportDevices = z
  .strictObject({
    acsSystemId: z.uuid().meta({ description: 'the access system that is told' }),
    encoders: z
      .array(ReportedEncoder)
      .min(1)
      .max(MAX_ENCODERS)
      .superRefine((encoders, context) => {
        for (const key of ['name', 'number'] as const) {
          for (const { first, index } of repeated(encoders, (one) => one[key].toLowerCase())) {
            const message = `is the same as encoders[${first}].${key}; each needs its own`
            context.addIssue({ code: 'custom', path: [index, key], message })
          }
        }
      })
      .meta({ description: 'a list of the encoders that it is told of, each `{ name, number }`' }),
  })
  .meta({
    description:
      'where an access system takes it (Hotek’s): which encoders are plugged in, `{ acsSystemId, encoders }`',
  })

const SeamConfig = z.strictObject({
  apiKeyFile: z.string().max(500).refine(isAbsolute).meta({
    description:
      'the absolute path of a file that holds an API key of the workspace, and that others can’t read',
  }),
  endpoint: z
    .string()
    .refine(isSafeEndpoint)
    .default('https://connect.getseam.com')
    .meta({ description: 'Seam’s address: https, or http on this computer' }),
  caFile: z.string().max(500).refine(isAbsolute).optional().meta({
    description:
      'the absolute path of a file with the certificates (PEM) of the authority that has signed Seam’s as this network shows it; no other is trusted then',
  }),
  acsSystemIds: z.array(z.uuid()).min(1).max(32).optional().meta({
    description: 'the access systems whose cards this desk makes, 1 to 32; all when it is left out',
  }),
  pollSeconds: z
    .int()
    .min(10)
    .max(3600)
    .default(30)
    .meta({ description: 'whole seconds between two questions to Seam, 10 to 3600' }),
  reportDevices: ReportDevices.optional(),
})
export type SeamConfig = z.infer<typeof SeamConfig>

/**
 * The daemon's configuration. This schema is the one source of its types, validation, documentation and JSON Schema;
 * each description completes "expected …" in an error.
 */
export const Config = z
  .strictObject({
    version: z.literal(1).default(1).meta({ description: '1, the version of this format' }),
    hub: z
      .strictObject({
        endpoint: z
          .string()
          .refine(isSafeEndpoint)
          .nullable()
          .default(null)
          .meta({ description: 'the hub’s address: https, or http on this computer' }),
        caFile: z.string().max(500).refine(isAbsolute).optional().meta({
          description:
            'the absolute path of a file with the certificates (PEM) of the authority that has signed the hub’s; no other is trusted then',
        }),
        enrolmentTokenFile: z.string().max(500).refine(isAbsolute).optional().meta({
          description:
            'the absolute path of a file with an enrolment token, that others can’t read: a daemon that is not paired pairs itself with it',
        }),
      })
      .superRefine(({ endpoint, enrolmentTokenFile }, context) => {
        if (enrolmentTokenFile === undefined || endpoint !== null) return
        const message = 'stands without hub.endpoint; the token is for one hub'
        context.addIssue({ code: 'custom', path: ['enrolmentTokenFile'], message })
      })
      .prefault({})
      .meta({ description: 'the hub: `{ endpoint, caFile, enrolmentTokenFile }`' }),
    seam: SeamConfig.optional().meta({
      description:
        'REST mode, without a hub: `{ apiKeyFile, endpoint, caFile, acsSystemIds, pollSeconds, reportDevices }`; the key opens the whole workspace, see rest-mode.md',
    }),
    devices: Devices.default([]).meta({
      description: 'a list of at most 64 encoders, each `{ driver, path, name }`',
    }),
    layouts: z
      .array(LayoutDefinition)
      .max(32)
      .default([])
      .superRefine((layouts, context) => {
        for (const { first, index } of repeated(layouts, ({ name }) => name)) {
          context.addIssue({
            code: 'custom',
            path: [index, 'name'],
            message: `is the same as layouts[${first}].name; each layout needs its own`,
          })
        }
      })
      .meta({
        description: 'a list of at most 32 card layouts, each `{ name, technologies, content }`',
      }),
    sessions: z
      .strictObject({
        cardTimeoutSeconds: seconds('whole seconds that a session waits for a card, 5 to 3600', 60),
        recoveryTimeoutSeconds: seconds(
          'whole seconds that a session waits for the same card after a write was cut short, 5 to 3600',
          120,
        ),
      })
      .prefault({})
      .meta({ description: 'the times of a session' }),
    page: z
      .strictObject({
        lockAfterMinutes: z.int().min(0).max(1440).default(15).meta({
          description:
            'whole minutes, 1 to 1440, after which a clerk who does nothing is asked again who it is; 0 for never',
        }),
      })
      .prefault({})
      .meta({ description: 'the operator’s page: `{ lockAfterMinutes }`' }),
    log: z
      .strictObject({
        level: z
          .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
          .default('info')
          .meta({ description: 'fatal, error, warn, info, debug, trace or silent' }),
      })
      .prefault({})
      .meta({ description: 'the log: `{ level }`' }),
    limits: z
      .strictObject({
        technologies: z
          .array(z.enum(cardTechnologies).exclude(['unknown']))
          .min(1)
          .optional()
          .meta({
            description: `a list of the only card technologies to write, of ${cardTechnologies.filter((name) => name !== 'unknown').join(', ')}`,
          }),
        cardsAnHour: z
          .int()
          .min(1)
          .max(10_000)
          .optional()
          .meta({ description: 'the most cards to write in an hour, 1 to 10000' }),
      })
      .prefault({})
      .meta({ description: 'limits of this desk that no hub can lift' }),
  })
  .superRefine(({ seam, devices }, context) => {
    const names = devices
      .filter(({ driver }) => driver !== SEAMS_OWN)
      .flatMap(({ name, encoders }) => encoders?.map((one) => one.name) ?? [name])
      .map((name) => name.toLowerCase())
    for (const [index, { name }] of (seam?.reportDevices?.encoders ?? []).entries()) {
      if (names.includes(name.toLowerCase())) continue
      const path = ['seam', 'reportDevices', 'encoders', index, 'name']
      context.addIssue({ code: 'custom', path, message: 'is no encoder of this computer' })
    }
  })
  .superRefine(({ hub, seam }, context) => {
    if (seam === undefined || hub.endpoint === null) return
    context.addIssue({
      code: 'custom',
      path: ['seam'],
      message: 'stands beside hub.endpoint; a desk works for a hub or for Seam itself',
    })
  })
  .meta({ title: 'encoder-bridge configuration', description: 'a map of settings' })
export type Config = z.infer<typeof Config>

/** The published JSON Schema of the configuration file (draft 2020-12): what a person may write, defaults left out. */
export const configJsonSchema = (): object => z.toJSONSchema(Config, { io: 'input' })

const unwrap = (schema: unknown): unknown =>
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodPrefault ||
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodNullable
    ? unwrap(schema.unwrap())
    : schema

const member = (schema: unknown, key: PropertyKey): unknown => {
  const inner = unwrap(schema)
  if (inner instanceof z.ZodArray) return inner.element
  return inner instanceof z.ZodObject ? (inner.shape as Record<PropertyKey, unknown>)[key] : undefined
}

const described = (schema: unknown): string | null =>
  (schema instanceof z.ZodType ? schema.meta()?.description : undefined) ?? null

/** What is allowed at a path: the description of the nearest setting on the way there that has one. */
export const expectedAt = (path: readonly PropertyKey[]): string => {
  let schema: unknown = Config
  let expected = described(schema) ?? ''
  for (const key of path) {
    schema = member(schema, key)
    if (schema === undefined) return expected
    expected = described(schema) ?? expected
  }
  return expected
}

/** The settings that a map at this path may hold; empty where there is no map. */
export const keysAt = (path: readonly PropertyKey[]): string[] => {
  const schema = unwrap(path.reduce<unknown>(member, Config))
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : []
}

/** Every setting that is not a map itself, as its path. */
export const settingPaths = (path: readonly string[] = []): string[][] =>
  keysAt(path).flatMap((key) => {
    const below = settingPaths([...path, key])
    return below.length > 0 ? below : [[...path, key]]
  })
