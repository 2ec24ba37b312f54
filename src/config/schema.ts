import { z } from 'zod'
import { cardTechnologies } from '../contract/card.ts'
import { DriverId } from '../contract/ids.ts'
import { LayoutDefinition } from '../contract/layout-definition.ts'
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

const DeviceConfig = z
  .strictObject({
    driver: DriverId.meta({ description: 'a driver’s name, as `encoder-bridge devices` lists them' }),
    path: z
      .string()
      .min(1)
      .max(500)
      .optional()
      .meta({ description: 'the port that the encoder is on at first sight, like /dev/ttyUSB0 or COM3' }),
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
  })
  .meta({ description: 'one encoder: its driver, path and name' })
export type DeviceConfig = z.infer<typeof DeviceConfig>

const repeated = <T>(list: readonly T[], of: (item: T) => string | undefined) =>
  list.flatMap((item, index) => {
    const first = list.findIndex((other) => of(other) === of(item))
    return of(item) !== undefined && first < index ? [{ first, index }] : []
  })

const Devices = z
  .array(DeviceConfig)
  .max(64)
  .superRefine((devices, context) => {
    const settings = [
      { key: 'name', of: (device: DeviceConfig) => device.name.toLowerCase() },
      { key: 'path', of: (device: DeviceConfig) => device.path },
    ]
    for (const [index, { path, match }] of devices.entries()) {
      if (path !== undefined && match !== undefined) {
        context.addIssue({
          code: 'custom',
          path: [index, 'match'],
          message: 'stands beside path; one of them selects the device',
        })
      }
    }
    for (const { key, of } of settings) {
      for (const { first, index } of repeated(devices, of)) {
        context.addIssue({
          code: 'custom',
          path: [index, key],
          message: `is the same as devices[${first}].${key}; each encoder needs its own`,
        })
      }
    }
  })

const seconds = (description: string, fallback: number) =>
  z.int().min(5).max(3600).default(fallback).meta({ description })

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
      })
      .prefault({})
      .meta({ description: 'the hub: `{ endpoint }`' }),
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
