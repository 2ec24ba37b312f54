import { BridgeError, type DeviceInfo, type ErrorCode, isBridgeError } from 'encoder-bridge/driver'
import { formatHex } from '../../src/wire/hex.ts'
import { callIfSupported } from './call-if-supported.ts'
import type { Line } from './line.ts'
import type { Twn4Options } from './options.ts'
import * as twn4 from './protocol.ts'

/** The speed of a serial TWN4 as delivered (DocRev25 §1.3). */
export const deliveredBaudRate = 9600
/** The usual speeds; another client uses the second (ephraim/twn4sp-client, `src/simpleproto.cpp`). */
const probedBaudRates = [deliveredBaudRate, 115200] as const
/** An idle reader answers within 0.2 s at the lowest speed, both lines included. Each setting is tried twice. */
const PROBE_MS = 500
/** What a wrong setting looks like; `not_supported` comes from lines that have but one speed. */
const wrongSettingCodes: ReadonlySet<ErrorCode> = new Set([
  'device_unresponsive',
  'protocol_error',
  'not_supported',
])

/** DEVTYPE_LEGICNFC and DEVTYPE_MIFARENFC of twn4.sys.h. */
const builds = new Map([
  [10, ' LEGIC NFC'],
  [11, ' MIFARE NFC'],
])

/** Finds the reader with the settings that it has. Rejects `device_unresponsive`, `device_mismatch`. */
export const startUp = async (line: Line, options: Twn4Options): Promise<DeviceInfo> => {
  await findReader(line, options)
  const firmware = await line.call(twn4.getVersion)
  const build = await callIfSupported(line, twn4.getDeviceType)
  const uid = await callIfSupported(line, twn4.getDeviceUid)
  return {
    model: `TWN4${builds.get(build ?? 0) ?? ''}`,
    firmware,
    serialNumber: uid === undefined ? null : formatHex(uid),
  }
}

const findReader = async (line: Line, { baudRate, crc }: Twn4Options): Promise<void> => {
  let isHeard = false
  for (const speed of baudRate === 'auto' ? probedBaudRates : [baudRate]) {
    for (const isCrcOn of crc === 'auto' ? [false, true] : [crc === 'on']) {
      try {
        if (speed !== line.baudRate) await line.setBaudRate(speed)
        line.isCrcOn = isCrcOn
        await line.synchronise(PROBE_MS)
        return
      } catch (error) {
        if (!isBridgeError(error) || !wrongSettingCodes.has(error.code)) throw error
        isHeard ||= error.code === 'protocol_error'
      }
    }
  }
  if (isHeard) {
    throw new BridgeError('device_mismatch', 'Bytes come from the port, but no version string of a TWN4.')
  }
  throw new BridgeError(
    'device_unresponsive',
    'A TWN4 answers only with the Simple Protocol’s firmware (PRS).',
  )
}
