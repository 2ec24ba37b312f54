import type { FastifyInstance } from 'fastify'
import type { z } from 'zod'
import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { ControlPorts } from './ports.ts'
import { EmptyRequest } from './schema.ts'
import {
  type ConnectedResponse,
  type DiagnosticsResponse,
  type DriversResponse,
  LogQuery,
  type LogResponse,
  ReplaceSettingsRequest,
  type SettingsResponse,
  TestCardRequest,
} from './schema/upkeep.ts'
import type { SettingsView } from './upkeep-ports.ts'
import { faultOf } from './views.ts'

/** As long as a configuration file may be, with the quotes and braces of JSON. */
const SETTINGS_LIMIT_BYTES = 1_048_576

const settingsBody = (view: SettingsView): SettingsResponse => ({
  file: view.file,
  revision: view.revision,
  schema: { ...view.schema },
  values: { ...view.values },
  from_environment: [...view.fromEnvironment],
  restart_needed: [...view.restartNeeded],
  restart_error: view.restartError === null ? null : faultOf(view.restartError),
})

/** What these routes borrow from the others. */
interface RouteTools {
  parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T>
  /** The encoder of that name or id; without one the only encoder. */
  choose(wanted: string | undefined): EncoderView
}

const refuseWithoutCards = ({ name, kind }: EncoderView): void => {
  if (kind === 'keySystem') {
    throw new BridgeError(
      'not_supported',
      `The lock system of “${name}” writes its cards itself: order a key for a room that nobody has, and check it out again.`,
    )
  }
  if (kind === 'scanner') {
    throw new BridgeError('not_supported', `“${name}” only reads: order a scan and show it something.`)
  }
}

const addDiagnosticRoutes = (
  app: FastifyInstance,
  { log, diagnostics }: Pick<ControlPorts, 'log' | 'diagnostics'>,
  { parse }: RouteTools,
): void => {
  app.get('/v1/log', ({ query }): LogResponse => {
    const lines = log.newest(parse(LogQuery, query).limit)
    return { lines: lines.map((line) => ({ ...line, fields: { ...line.fields } })) }
  })

  const body = (): DiagnosticsResponse => {
    const capture = diagnostics.capture()
    return {
      capture:
        capture === null
          ? null
          : { started_at: capture.startedAt, ends_at: capture.endsAt, lines: capture.lines },
    }
  }
  app.get('/v1/diagnostics', body)
  app.post('/v1/diagnostics/start', (request) => {
    parse(EmptyRequest, request.body)
    diagnostics.start()
    return body()
  })
  app.post('/v1/diagnostics/stop', (request) => {
    parse(EmptyRequest, request.body)
    diagnostics.stop()
    return body()
  })
  app.get('/v1/diagnostics/bundle', async (_request, reply) =>
    reply.type('application/zip').send(Buffer.from(await diagnostics.bundle())),
  )
}

/** Hangs the routes of installers and support on the server: settings, restart, what is plugged in, tests, diagnostics. */
export const addUpkeepRoutes = (app: FastifyInstance, ports: ControlPorts, tools: RouteTools): void => {
  const { parse, choose } = tools
  const { settings } = ports

  app.get('/v1/settings', () => settingsBody(settings.read()))
  app.put('/v1/settings', { bodyLimit: SETTINGS_LIMIT_BYTES }, async ({ body }) => {
    const { revision, values } = parse(ReplaceSettingsRequest, body)
    return settingsBody(await settings.replace(revision, values))
  })
  app.post('/v1/restart', async ({ body }) => {
    parse(EmptyRequest, body)
    await ports.restart()
    return { restarting: true }
  })

  app.get('/v1/devices/connected', async (): Promise<ConnectedResponse> => {
    const inUse = new Set(ports.encoders.list().flatMap(({ identity }) => identity ?? []))
    const devices = await ports.connected()
    return {
      devices: devices.map(({ transport, path, description, identity, drivers }) => ({
        transport,
        path,
        description,
        identity,
        is_configured: inUse.has(identity),
        drivers: drivers.map(({ id, isOwn, note }) => ({ id, is_own: isOwn, note })),
      })),
    }
  })
  app.get('/v1/drivers', async (): Promise<DriversResponse> => {
    const drivers = await ports.drivers()
    return {
      drivers: drivers.map(({ id, name, kind, transports, technologies }) => ({
        id,
        kind,
        transports: [...transports],
        technologies: [...technologies],
        summary: name,
      })),
    }
  })

  app.post('/v1/tests', async ({ body }) => {
    const chosen = choose(parse(TestCardRequest, body).encoder)
    refuseWithoutCards(chosen)
    return { order_id: await ports.orderTest(chosen.encoderId) }
  })

  addDiagnosticRoutes(app, ports, tools)
}
