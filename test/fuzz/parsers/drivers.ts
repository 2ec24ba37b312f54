import { createFrameReader as createFiasReader } from '../../../drivers/fias/frames.ts'
import { parseRecord } from '../../../drivers/fias/protocol.ts'
import { HidScannerOptions } from '../../../drivers/hid-scanner/options.ts'
import { createPosReader } from '../../../drivers/hid-scanner/pos-report.ts'
import { createTypedReader } from '../../../drivers/hid-scanner/typed-text.ts'
import * as swipe from '../../../drivers/hid-swipe/protocol.ts'
import * as msr from '../../../drivers/msr605/protocol.ts'
import { createReportReader } from '../../../drivers/msr605/reports.ts'
import { onityDialect } from '../../../drivers/onity/protocol.ts'
import * as pcprox from '../../../drivers/pcprox/protocol.ts'
import * as pcsc from '../../../drivers/pcsc/protocol.ts'
import { createFrameReader } from '../../../drivers/pn532/frames.ts'
import * as pn532 from '../../../drivers/pn532/protocol.ts'
import { saltoDialect } from '../../../drivers/salto/protocol.ts'
import * as seam from '../../../drivers/seam-remote/protocol.ts'
import { SerialScannerOptions } from '../../../drivers/serial-scanner/options.ts'
import { createMessageReader, interpret } from '../../../drivers/serial-scanner/protocol.ts'
import { createLineReader, decodeLine } from '../../../drivers/twn4/frames.ts'
import * as twn4 from '../../../drivers/twn4/protocol.ts'
import { createPmsReader } from '../../../src/wire/pms-frames.ts'
import type { PmsDialect } from '../../../src/wire/pms-dialect.ts'
import { parseTime } from '../../../src/wire/pms-fields.ts'
import { eachOf, type FuzzedParser, jsonOf, streamOf } from '../parser.ts'

const pms = (name: string, { knowsUnchecked }: PmsDialect): FuzzedParser =>
  streamOf(name, () => {
    const reader = createPmsReader({ knowsUnchecked })
    return (piece) => {
      for (const event of reader.push(piece)) {
        if (event.kind !== 'frame') continue
        for (const field of event.fields) parseTime(field, 'minute')
      }
    }
  })

const twn4Calls = [
  twn4.getVersion,
  twn4.getDeviceType,
  twn4.getDeviceUid,
  twn4.searchTag,
  twn4.getSupportedLfTypes,
  twn4.getSak,
  twn4.countTypeA,
  twn4.readBlock(4),
  twn4.readPages(twn4.ntagApi, 4),
  twn4.getTagVersion(twn4.ntagApi),
  twn4.readT5577(1),
].map(({ decode }) => decode)

/** Every codec of a driver: the structural test in fuzz.test.ts names one that is missing. */
export const driverParsers: readonly FuzzedParser[] = [
  streamOf('fias', () => {
    const reader = createFiasReader()
    return (piece) => reader.push(piece).map(parseRecord)
  }),
  {
    name: 'hid-scanner',
    driver: 'hid-scanner',
    parse: (input) => {
      const reports = createPosReader('auto')
      const typed = createTypedReader(HidScannerOptions.parse({}))
      for (let at = 0; at < input.length; at += 64) reports.push(input.subarray(at, at + 64))
      for (const [at, byte] of input.entries()) {
        typed.push({ usage: byte & 0x7f, isPressed: byte < 0x80, atMs: at })
      }
    },
  },
  { name: 'hid-swipe', driver: 'hid-swipe', parse: eachOf(swipe.decodeReport, swipe.decodeProperty) },
  {
    name: 'msr605',
    driver: 'msr605',
    parse: (input) => {
      const heard = msr.toText(input)
      const reader = createReportReader()
      eachOf(
        () => msr.isAlive(heard),
        () => msr.isSet(heard),
        () => msr.decodeCoercivity(heard),
        () => msr.decodeModel(heard),
        () => msr.decodeFirmware(heard),
        () => msr.decodeWriteStatus(heard),
        () => msr.decodeSwipe(heard),
        () => msr.decodeRawSwipe(heard),
        () => reader.push(input),
        () => reader.push(input.subarray(1)),
      )(input)
    },
  },
  pms('onity', onityDialect),
  {
    name: 'pcprox',
    driver: 'pcprox',
    parse: eachOf(pcprox.decodeInfo, pcprox.isBlank, (input) =>
      pcprox.decodeBadge(input.subarray(0, 8), input.subarray(8)),
    ),
  },
  {
    name: 'pcsc',
    driver: 'pcsc',
    parse: eachOf(
      pcsc.decodeAnswer,
      pcsc.decodeUid,
      pcsc.technologyOfAtr,
      pcsc.decodeDirect,
      pcsc.decodeText,
      pcsc.checkSignal,
    ),
  },
  streamOf('pn532', () => {
    const reader = createFrameReader()
    return (piece) => {
      for (const event of reader.push(piece)) {
        if (event.kind !== 'information') continue
        eachOf(pn532.decodeFirmware, pn532.decodeTargets, pn532.decodeExchange)(event.payload)
      }
    }
  }),
  pms('salto', saltoDialect),
  {
    name: 'seam-remote',
    driver: 'seam-remote',
    parse: (input) => {
      const body = jsonOf(input)
      return [
        seam.readWorkspace(body),
        seam.readAttempt(body),
        seam.readScan(body),
        seam.refusalOf(400 + (input[0] ?? 0), body),
      ]
    },
  },
  streamOf('serial-scanner', () => {
    const reader = createMessageReader()
    const options = SerialScannerOptions.parse({})
    return (piece) => reader.push(piece).map((message) => interpret(message, options))
  }),
  streamOf('twn4', () => {
    const reader = createLineReader()
    return (piece) => {
      for (const line of reader.push(piece)) {
        for (const isCrcOn of [true, false]) {
          const payload = decodeLine(line, isCrcOn)
          if (payload !== undefined) eachOf(...twn4Calls)(payload)
        }
      }
    }
  }),
]
