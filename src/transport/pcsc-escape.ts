import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import { type CardConnection, createExchange, createPatientOpening } from './pcsc-connection.ts'
import {
  LEAVE_CARD,
  type NativeLibrary,
  type NativeReader,
  PROTOCOL_UNSET,
  SHARE_DIRECT,
} from './pcsc-library.ts'

type Escape = (command: Uint8Array, connection: CardConnection | undefined) => Promise<Uint8Array>

/** IOCTL_CCID_ESCAPE of the Windows class driver; ACS's own driver takes it everywhere. */
const CCID_ESCAPE = 3500
/** IOCTL_SMARTCARD_VENDOR_IFD_EXCHANGE of libccid (CCID `src/ifdhandler.c`). */
const LIBCCID_ESCAPE = 1

const remedies: Partial<Record<NodeJS.Platform, string>> = {
  win32: 'Set the DWORD EscapeCommandEnable to 1 in the reader’s Device Parameters in the registry.',
  linux: 'Set bit 0x0001 of ifdDriverOptions in libccid’s Info.plist (/etc/libccid_Info.plist).',
}

/** Sends a reader's own commands: over the connection to a card where there is one, and directly where there is none. */
export const createEscape = (
  reader: NativeReader,
  library: NativeLibrary,
  clock: Clock,
  platform: NodeJS.Platform = process.platform,
): Escape => {
  const name = reader.name()
  const functions = platform === 'win32' ? [CCID_ESCAPE] : [LIBCCID_ESCAPE, CCID_ESCAPE]
  let codes = functions.map((code) => library.controlCode(code))
  const opening = createPatientOpening(
    name,
    clock,
    () => reader.connect(SHARE_DIRECT, PROTOCOL_UNSET),
    (direct) => void direct.disconnect(LEAVE_CARD).catch(() => undefined),
  )

  const tryCodes = async (send: (code: number) => Promise<Uint8Array>): Promise<Uint8Array> => {
    let refusal: unknown
    for (const code of codes) {
      try {
        const answer = await send(code)
        codes = [code]
        return answer
      } catch (error) {
        if (!isBridgeError(error, 'device_fault')) throw error
        refusal = error
      }
    }
    throw new BridgeError(
      'not_supported',
      `${name} takes no escape command. ${remedies[platform] ?? ''}`.trim(),
      {
        cause: refusal,
      },
    )
  }

  return async (command, connection) => {
    if (connection !== undefined) return tryCodes((code) => connection.control(code, command))
    const direct = await opening.open()
    const exchange = createExchange(name)
    try {
      return await tryCodes((code) =>
        exchange.run(command, (copy, answer) => direct.control(code, copy, answer)),
      )
    } finally {
      await direct.disconnect(LEAVE_CARD).catch(() => undefined)
    }
  }
}
