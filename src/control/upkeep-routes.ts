import type { EncoderView } from '../contract/encoders.ts'
import { BridgeError } from '../contract/errors.ts'
import type { ControlPorts } from './ports.ts'
import type { SettingsResponse } from './schema/upkeep.ts'
import type { Serve } from './serve.ts'
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

const addDiagnosticRoutes = (serve: Serve, { log, diagnostics }: ControlPorts): void => {
  serve.log(({ request }) => ({
    lines: log.newest(request.limit).map((line) => ({ ...line, fields: { ...line.fields } })),
  }))

  const body = () => {
    const capture = diagnostics.capture()
    if (capture === null) return { capture: null }
    const { startedAt, endsAt, lines } = capture
    return { capture: { started_at: startedAt, ends_at: endsAt, lines } }
  }
  serve.diagnostics(body)
  serve.startCapture(() => {
    diagnostics.start()
    return body()
  })
  serve.stopCapture(() => {
    diagnostics.stop()
    return body()
  })
  serve.bundle(async ({ reply }) =>
    reply.type('application/zip').send(Buffer.from(await diagnostics.bundle())),
  )
}

/** Serves installers and support: settings, restart, what is plugged in, tests, diagnostics. */
export const addUpkeepRoutes = (
  serve: Serve,
  ports: ControlPorts,
  choose: (wanted: string | undefined) => EncoderView,
): void => {
  const { settings } = ports

  serve.settings(() => settingsBody(settings.read()))
  serve.replaceSettings(
    async ({ request: { revision, values } }) => settingsBody(await settings.replace(revision, values)),
    { bodyLimitBytes: SETTINGS_LIMIT_BYTES, refuse: () => undefined },
  )
  serve.restart(async () => {
    await ports.restart()
    return { restarting: true as const }
  })

  serve.connected(async () => {
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
  serve.drivers(async () => {
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

  serve.testCard(async ({ request, caller }) => {
    const chosen = choose(request.encoder)
    refuseWithoutCards(chosen)
    return { order_id: await ports.orderTest(chosen.encoderId, caller.label) }
  })

  addDiagnosticRoutes(serve, ports)
}
