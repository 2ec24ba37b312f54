import { BridgeError, type EmulatedRead, type EmulatorOptions, type HidEmulator } from 'encoder-bridge/driver'
import { type SwipeModel, swipeModels } from './emulator-models.ts'

const FAULTS = ['unreadable', 'shortReport', 'stall', 'refuseProperty', 'noName'] as const
type Fault = (typeof FAULTS)[number]

const FEATURE_BYTES = 24
const BAD_PARAMETER = 2

const stall = (): never => {
  throw new BridgeError('device_fault', 'The feature report is stalled.')
}

const noField = (): never => {
  throw new BridgeError('not_supported', 'A scanner is shown things with `present`; it has no field.')
}

/**
 * Makes a swipe reader: a MagTek SureSwipe from 99875191, or an ID TECH reader from 80066510-001, which answers nothing.
 * Of MagTek's commands it knows GET PROPERTY of the software id and of the serial number; others are a bad parameter.
 *
 * Faults that `inject` knows. The count says how many times; 1 when left out:
 *
 * - `unreadable` n: track n of the next swipe can't be decoded
 * - `shortReport`: the report of a swipe lacks its last byte
 * - `stall`: a feature report is refused, in either direction
 * - `refuseProperty`: a property is answered with result 1
 * - `noName`: a property is answered as if it were empty
 */
export const createSwipeEmulator = (
  _: EmulatorOptions,
  model: keyof typeof swipeModels = 'sureSwipe',
): HidEmulator => {
  const { facts, reportDescriptor, properties, reportOf }: SwipeModel = swipeModels[model]
  const faults = new Map<Fault, number>()
  let answer = new Uint8Array(FEATURE_BYTES)
  let send: ((report: Uint8Array) => void) | undefined

  const take = (fault: Fault): boolean => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }

  const checkTransfer = (reportId: number): void => {
    if (properties === undefined || reportId !== 0 || take('stall')) stall()
  }

  const answerTo = ([command, length, property = -1]: Uint8Array): readonly number[] => {
    const value = properties?.get(property)
    if (command !== 0 || length !== 1 || value === undefined) return [BAD_PARAMETER, 0]
    if (take('refuseProperty')) return [1, 0]
    const shown = take('noName') ? '' : value
    return [0, shown.length, ...Array.from(shown, (letter) => letter.charCodeAt(0))]
  }

  const tracksOf = ({ technology, data }: EmulatedRead): readonly string[] => {
    const tracks = String.fromCharCode(...data).split('\n')
    if (technology === 'magstripe' && tracks.length <= 3 && tracks.every((text) => text.length <= 110))
      return tracks
    throw new BridgeError(
      'not_supported',
      'A swipe reader reads the three tracks of a stripe, 110 characters each.',
    )
  }

  return {
    kind: 'hid',
    facts,
    reportDescriptor,
    connect: (next) => {
      send = next
    },
    receive: () => undefined,
    setFeature: (reportId, data) => {
      if (data.length !== FEATURE_BYTES) stall()
      checkTransfer(reportId)
      answer = new Uint8Array(FEATURE_BYTES)
      answer.set(answerTo(data))
    },
    getFeature: (reportId, sizeBytes) => {
      checkTransfer(reportId)
      return answer.slice(0, sizeBytes)
    },
    placeCard: noField,
    removeCard: noField,
    dumpCard: noField,
    countWrites: noField,
    present: (read) => {
      const unreadable = faults.get('unreadable') ?? 0
      faults.delete('unreadable')
      const report = reportOf(tracksOf(read), unreadable)
      send?.(take('shortReport') ? report.slice(0, -1) : report)
    },
    inject: ({ fault, count = 1 }) => {
      const name = FAULTS.find((candidate) => candidate === fault)
      if (name === undefined) {
        throw new BridgeError('request_invalid', `There is no fault "${fault}": ${FAULTS.join(', ')}.`)
      }
      faults.set(name, count)
    },
    powerCycle: () => {
      answer = new Uint8Array(FEATURE_BYTES)
    },
    close: () => {
      send = undefined
    },
  }
}
