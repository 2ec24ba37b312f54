import { EncodersResponse } from '../../control/schema.ts'
import type { Context } from '../context.ts'
import { findControl } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'
import { encoderLines } from '../texts.ts'

/** `encoder-bridge devices`: the encoders of this desk, the drivers, and the serial ports of this computer. */
export const devices = async (
  { runtime, voice }: Context,
  options: { readonly data: string },
): Promise<ExitCode> => {
  const client = await findControl(options.data)
  const [encoders, drivers, ports] = await Promise.all([
    client === null ? null : client.get(EncodersResponse, '/v1/encoders').then(({ encoders: list }) => list),
    runtime.listDrivers(),
    runtime.listSerialPorts(),
  ])
  voice.give({ encoders, drivers, serial_ports: ports })
  if (voice.isJson) return 0
  voice.say(
    'Encoders',
    ...(encoders === null
      ? ['  The daemon does not run; `encoder-bridge run` starts it.']
      : encoderLines(encoders)),
    'Drivers',
    ...alignColumns(drivers.map(({ id, name }) => [`  ${id}`, name])),
    'Serial ports',
    ...(ports.length === 0
      ? ['  none found']
      : alignColumns(ports.map(({ path, description }) => [`  ${path}`, description ?? '']))),
  )
  return 0
}
