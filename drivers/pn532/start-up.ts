import { BridgeError, type ErrorCode, isBridgeError } from 'encoder-bridge/driver'
import { ackFrame } from './frames.ts'
import type { Line } from './line.ts'
import * as pn532 from './protocol.ts'

/** A board that is there answers at once; four speeds are to be tried in reasonable time. */
const PROBE_ACK_MS = 200
/**
 * Between the host's ACK and its change of speed. The chip needs 200 µs (UM0701-02 §7.2.8); USB adapters call bytes sent
 * that are still in their own buffer, and changing the speed throws those away.
 */
const SPEED_CHANGE_MS = 5
/** A program killed while it used another speed leaves the chip there; 115200 is the chip's own. */
const probedBaudRates = [pn532.restingBaudRate, 921600, 460800, 230400] as const
/** What a wrong speed looks like; `not_supported` comes from lines that have but one. */
const wrongSpeedCodes: ReadonlySet<ErrorCode> = new Set([
  'device_unresponsive',
  'protocol_error',
  'not_supported',
])

/**
 * Finds the chip at whatever speed it has, wakes it, brings it to its resting state (115200, RF field off, bounded polls)
 * and returns its firmware. Rejects `device_unresponsive`, `device_mismatch`.
 */
export const startUp = async (line: Line): Promise<string> => {
  await findChip(line)
  await line.exchange(pn532.setParameters('bare'))
  const firmware = await readFirmware(line)
  await line.exchange(pn532.boundRetries)
  await line.exchange(pn532.setField(false))
  return firmware
}

/** Leaves the chip as it answers everybody: other programs want whole frames. */
export const leave = async (line: Line): Promise<void> => {
  await line.exchange(pn532.setParameters('whole'))
}

/** Rejects `device_mismatch` when the chip is no PN532. */
export const readFirmware = async (line: Line): Promise<string> =>
  pn532.decodeFirmware(await line.exchange(pn532.getFirmwareVersion))

/**
 * Changes the speed of both ends and proves it with an answer at the new speed (UM0701-02 §7.2.8: command, ACK, answer and
 * the host's ACK at the old speed).
 */
export const changeSpeed = async (line: Line, baudRate: pn532.Pn532BaudRate): Promise<void> => {
  // A line that has but one speed says so here, before the chip has left it.
  await line.setBaudRate(line.baudRate)
  await line.exchange(pn532.setSerialBaudRate(baudRate))
  await line.send(ackFrame)
  await line.pause(SPEED_CHANGE_MS)
  await line.setBaudRate(baudRate)
  await readFirmware(line)
}

const findChip = async (line: Line): Promise<void> => {
  let wasHeard = false
  for (const baudRate of probedBaudRates) {
    try {
      if (baudRate !== line.baudRate) await line.setBaudRate(baudRate)
      await wakeUp(line)
      if (baudRate !== pn532.restingBaudRate) await changeSpeed(line, pn532.restingBaudRate)
      return
    } catch (error) {
      wasHeard ||= isBridgeError(error, 'protocol_error')
      if (!(isBridgeError(error) && wrongSpeedCodes.has(error.code))) throw error
    }
  }
  if (wasHeard)
    throw new BridgeError('device_mismatch', 'Bytes come from the port, but not in frames of a PN532.')
  throw new BridgeError('device_unresponsive', 'No PN532 answers at any line speed.')
}

/** The first frame may be lost to waking up, so that it is sent twice (AN10609: LowVbat ends with SAMConfiguration). */
const wakeUp = async (line: Line): Promise<void> => {
  const rules = { prefix: pn532.wakeUpBytes, ackMs: PROBE_ACK_MS, maxSends: 2 }
  await line.exchange(pn532.samConfiguration, rules)
}
