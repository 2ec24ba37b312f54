import type { Context } from '../context.ts'
import { findControl } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { ConnectedDevice, ProbedDevice } from '../runtime.ts'
import { alignColumns } from '../table.ts'
import { encoderLines } from '../texts.ts'
import { whileInterruptible } from '../while-interruptible.ts'

/** Whose a device is by what it is; an identity that others have too says only whose it may be. */
const ownersOf = ({ drivers }: ConnectedDevice): string => {
  const own = drivers.filter(({ isOwn }) => isOwn)
  if (own.length > 0) return own.map(({ id }) => id).join(', ')
  return `perhaps ${drivers.map(({ id }) => id).join(', ')}`
}

const probedLine = ({ path, driver, told }: ProbedDevice): string[] => [`  ${path}`, driver ?? '–', told]

const rowsOr = (rows: readonly (readonly string[])[], nothing: string): string[] =>
  rows.length === 0 ? [nothing] : alignColumns(rows.map((row) => [...row]))

/**
 * `encoder-bridge devices`: the encoders of this desk and why one is not ready, the drivers, and what is connected. With
 * `--probe` what is connected, and in no encoder's use, is asked what it is.
 */
export const devices = async (
  { runtime, voice, terminal }: Context,
  options: { readonly data: string; readonly probe?: boolean },
): Promise<ExitCode> => {
  const client = await findControl(options.data)
  const [encoders, drivers, ports, connected] = await Promise.all([
    client === null ? null : client.encoders().then(({ encoders: list }) => list),
    runtime.listDrivers(),
    runtime.listSerialPorts(),
    runtime.listConnected(),
  ])
  const inUse = (encoders ?? []).flatMap(({ path }) => (path === null ? [] : [path]))
  const probed =
    options.probe === true
      ? await whileInterruptible(terminal, (signal) => runtime.probeConnected(inUse, signal))
      : null
  voice.give({
    encoders,
    drivers: drivers.map(({ id, name }) => ({ id, name })),
    serial_ports: ports,
    connected: connected.devices.map(({ drivers: owners, ...device }) => ({
      ...device,
      drivers: owners.map(({ id, isOwn, note }) => ({ id, is_own: isOwn, note })),
    })),
    remarks: connected.remarks,
    ...(probed !== null && { probed }),
  })
  if (voice.isJson) return 0
  voice.say(
    'Encoders',
    ...(encoders === null
      ? ['  The daemon does not run; `encoder-bridge run` starts it.']
      : encoderLines(encoders)),
    'Drivers',
    ...alignColumns(drivers.map(({ id, name }) => [`  ${id}`, name])),
    'Serial ports',
    ...rowsOr(
      ports.map(({ path, description }) => [`  ${path}`, description ?? '']),
      '  none found',
    ),
    'Connected and known to a driver',
    ...rowsOr(
      connected.devices.map((device) => [`  ${device.description}`, ownersOf(device)]),
      '  nothing',
    ),
    ...connected.remarks.map((remark) => `  ${remark}`),
    ...(probed === null
      ? []
      : ['Asked what they are', ...rowsOr(probed.map(probedLine), '  nothing to ask')]),
  )
  return 0
}
