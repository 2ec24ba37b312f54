import { BridgeError, type DeviceInfo, isBridgeError } from 'encoder-bridge/driver'
import type { Line } from './line.ts'
import { decodeFirmware, decodeModel, getFirmware, getModel } from './protocol.ts'
import type { Settings } from './settings.ts'

/** Reset, test, reset, as the manual begins; then every setting. Rejects as Driver.open does. */
export const startUp = async (line: Line, settings: Settings, product: string): Promise<DeviceInfo> => {
  await prove(line)
  return line.insist(async () => {
    await line.reset()
    await settings.applyFormat('text')
    await settings.applyCoercivity('hi')
    const model = await line.inquire(getModel, decodeModel)
    const firmware = await line.inquire(getFirmware, decodeFirmware)
    return {
      model: model === undefined ? product : `${product}, model ${model}`,
      firmware: firmware ?? '',
      serialNumber: null,
    }
  })
}

/** No identity tells this encoder: what it says to the communication test does. */
const prove = async (line: Line): Promise<void> => {
  try {
    await line.insist(async () => undefined)
  } catch (error) {
    const isOther = isBridgeError(error, 'protocol_error') || isBridgeError(error, 'device_fault')
    if (!isOther) throw error
    throw new BridgeError('device_mismatch', 'It does not answer the communication test of an MSR605.', {
      cause: error,
    })
  }
}
