import { z } from 'zod'
import { EncoderChoice, Fault } from '../schema.ts'

/** What installers and support do: settings, what is plugged in, tests, diagnostics. */

const instant = z.iso.datetime()

/** `GET /v1/settings` */
export const SettingsResponse = z.object({
  file: z.string().describe('The configuration file'),
  revision: z.string().describe('Of the file; saving another one over it is refused'),
  schema: z.record(z.string(), z.unknown()).describe('JSON Schema (draft 2020-12) of the values'),
  values: z.record(z.string(), z.unknown()).describe('What the file says, without defaults'),
  from_environment: z
    .array(z.string())
    .describe('Settings that the environment decides, as paths like hub.endpoint'),
  restart_needed: z
    .array(z.string())
    .describe('Settings of the file that the running daemon does not use yet'),
  restart_error: Fault.nullable().describe(
    'Why the last restart went back to the settings before it; null when it did not',
  ),
})
export type SettingsResponse = z.infer<typeof SettingsResponse>

/** `PUT /v1/settings`: all of it or nothing. Answers as GET does. */
export const ReplaceSettingsRequest = z.strictObject({
  revision: z.string(),
  values: z.record(z.string(), z.unknown()),
})

/** `POST /v1/restart`: the daemon ends its sessions as at a stop, and starts again with the file’s settings. */
export const RestartResponse = z.object({ restarting: z.literal(true) })

/** `GET /v1/devices/connected`: what is plugged in, and which drivers it may belong to. */
export const ConnectedResponse = z.object({
  devices: z.array(
    z.object({
      transport: z.string(),
      path: z.string(),
      description: z.string(),
      identity: z.string(),
      is_configured: z.boolean(),
      drivers: z.array(
        z.object({
          id: z.string(),
          is_own: z.boolean().describe('false: products of others have this identity too'),
          note: z.string(),
        }),
      ),
    }),
  ),
})
export type ConnectedResponse = z.infer<typeof ConnectedResponse>

/** `GET /v1/drivers` */
export const DriversResponse = z.object({
  drivers: z.array(
    z.object({
      id: z.string(),
      kind: z.enum(['card', 'keySystem', 'scanner']),
      transports: z.array(z.string()),
      technologies: z.array(z.string()),
      summary: z.string(),
    }),
  ),
})
export type DriversResponse = z.infer<typeof DriversResponse>

/** `POST /v1/tests`: writes a record that opens nothing to a card, and reads it back. */
export const TestCardRequest = z.strictObject({
  encoder: EncoderChoice.describe('A name or an id; without one it is the only encoder of this desk'),
})

export const LogLineBody = z.object({
  at: instant,
  level: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']),
  component: z.string().nullable(),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()).describe('Secrets are blanked'),
})
export type LogLineBody = z.infer<typeof LogLineBody>

/** `GET /v1/log`: the newest lines, oldest first. */
export const LogQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(2000).default(200) })
export const LogResponse = z.object({ lines: z.array(LogLineBody) })
export type LogResponse = z.infer<typeof LogResponse>

/** `GET /v1/diagnostics`, `POST /v1/diagnostics/start` and `/stop`: a capture logs everything while the fault is shown again. */
export const DiagnosticsResponse = z.object({
  capture: z
    .object({ started_at: instant, ends_at: instant.describe('By itself, at the latest'), lines: z.int() })
    .nullable(),
})
export type DiagnosticsResponse = z.infer<typeof DiagnosticsResponse>

/** `GET /v1/diagnostics/bundle`: a ZIP file (`application/zip`), not JSON. */
export const BundleResponse = z
  .string()
  .describe('Bytes: configuration, examination, log, capture and audit, without secrets, cards or guests')
