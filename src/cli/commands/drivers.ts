import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { alignColumns } from '../table.ts'

const kindNames = { card: 'cards', keySystem: 'lock system', scanner: 'scanner' } as const

/** `encoder-bridge drivers`: what this program can talk to. */
export const listDrivers = async ({ runtime, voice }: Context): Promise<ExitCode> => {
  const drivers = await runtime.listDrivers()
  voice.give({ drivers })
  if (!voice.isJson) {
    voice.say(
      ...alignColumns(
        drivers.map(({ id, name, kind, transports }) => [id, kindNames[kind], transports.join(', '), name]),
      ),
    )
  }
  return 0
}
