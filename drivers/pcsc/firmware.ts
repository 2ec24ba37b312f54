import { type ErrorCode, isBridgeError } from 'encoder-bridge/driver'
import type { Link } from './link.ts'
import * as pcsc from './protocol.ts'
import type { ReaderProfile } from './readers.ts'

const unknownFirmware = 'unknown'
/** The system lets no escape command through, another program holds the reader, or the reader does not know the command. */
const untold: ReadonlySet<ErrorCode> = new Set([
  'not_supported',
  'device_busy',
  'device_fault',
  'protocol_error',
])

/** What the reader says of its firmware; `unknown` where there is no way to ask. That it is there, the service tells. */
export const readFirmware = async (link: Link, { dialect }: ReaderProfile): Promise<string> => {
  if (dialect === null) return unknownFirmware
  try {
    return dialect === 'acr122u'
      ? pcsc.decodeText(await link.escape(pcsc.acr122GetFirmware))
      : pcsc.decodeText((await link.escape(pcsc.acr1252GetFirmware)).slice(pcsc.ACR1252_HEADER_BYTES))
  } catch (error) {
    if (isBridgeError(error) && untold.has(error.code)) return unknownFirmware
    throw error
  }
}
