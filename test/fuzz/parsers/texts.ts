import { checkConfig, readYaml } from '../../../src/config/load.ts'
import { mergeValues } from '../../../src/config/merge-values.ts'
import { parseSettingPath, parseSettingValue } from '../../../src/config/set-value.ts'
import { FromBridge, FromHub } from '../../../src/contract/channel.ts'
import { parseLinkPath } from '../../../src/contract/link-path.ts'
import { EventBody } from '../../../src/control/schema/events.ts'
import { readRoomList } from '../../../src/rooms/read-list.ts'
import { orderFromChannel } from '../../../src/seam/order-from-channel.ts'
import { eachOf, type FuzzedParser, jsonOf, textOf } from '../parser.ts'

const readConfig = (input: Uint8Array): unknown =>
  checkConfig(readYaml(textOf(input), 'config.yaml').root, [], () => '')

/** Whatever could be read can be written with a change. */
const changeConfig = (input: Uint8Array): unknown => {
  const text = textOf(input)
  const { root } = readYaml(text, 'config.yaml')
  return typeof root === 'object' && root !== null && !Array.isArray(root)
    ? mergeValues(text, { ...root, log: { level: 'warn' } })
    : null
}

export const textParsers: readonly FuzzedParser[] = [
  { name: 'config', parse: eachOf(readConfig, changeConfig) },
  {
    name: 'setting',
    parse: eachOf(
      (input) => parseSettingPath(textOf(input)),
      (input) => parseSettingValue(textOf(input)),
    ),
  },
  { name: 'rooms', parse: readRoomList },
  { name: 'link-path', parse: (input) => parseLinkPath(textOf(input)) },
  {
    name: 'channel',
    parse: (input) => {
      const message = jsonOf(input)
      FromBridge.safeParse(message)
      const told = FromHub.safeParse(message)
      if (told.success && told.data.type === 'order') orderFromChannel(told.data)
      return orderFromChannel(message)
    },
  },
  { name: 'events', parse: (input) => EventBody.safeParse(jsonOf(input)) },
]
