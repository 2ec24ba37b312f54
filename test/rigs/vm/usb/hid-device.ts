import { type HidCore, isNumbered } from '../hid/hid-core.ts'
import { type ControlRequest, createUsbDevice, type Pluggable } from './usb-device.ts'

/** Descriptor types, requests and report types of HID 1.11, §7.1, §7.2 and §7.2.1. */
const HID = 0x21
const REPORT = 0x22
const GET_REPORT = 0x01
const SET_REPORT = 0x09
const FEATURE = 3

const CLASS_REQUEST = 0x20
const INTERRUPT = 3
const PACKET_BYTES = 64
const [IN, OUT] = [1, 2]

/** A HID device on USB: an interrupt endpoint in each direction, one report in a packet. */
export const createUsbHidDevice = (core: HidCore): Pluggable => {
  const { facts, reportDescriptor } = core
  const isIdFirst = isNumbered(core)
  const sizeOfDescriptor = [reportDescriptor.length & 0xff, reportDescriptor.length >> 8]
  const hidDescriptor = Uint8Array.of(9, HID, 0x11, 0x01, 0, 1, REPORT, ...sizeOfDescriptor)

  const splitReport = (report: Uint8Array): readonly [reportId: number, data: Uint8Array] =>
    isIdFirst ? [report[0] ?? 0, report.slice(1)] : [0, report]

  const feature = ({ request, value, data }: ControlRequest): Uint8Array | null => {
    try {
      if (request === SET_REPORT) {
        core.setFeature(...splitReport(data))
        return new Uint8Array()
      }
      const reportId = value & 0xff
      const report = core.getFeature(reportId, PACKET_BYTES)
      return isIdFirst ? Uint8Array.of(reportId, ...report) : report
    } catch {
      return null
    }
  }

  const control = (request: ControlRequest): Uint8Array | null => {
    const kind = request.value >> 8
    if ((request.type & 0x60) !== CLASS_REQUEST) {
      if (kind === REPORT) return reportDescriptor
      return kind === HID ? hidDescriptor : null
    }
    const isReport = request.request === GET_REPORT || request.request === SET_REPORT
    if (isReport && kind === FEATURE) return feature(request)
    // SET_IDLE and SET_PROTOCOL change nothing here.
    return isReport || (request.type & 0x80) !== 0 ? null : new Uint8Array()
  }

  const device = createUsbDevice({
    ...facts,
    release: 0x0100,
    interfaceDescriptors: Uint8Array.of(
      ...[9, 4, 0, 0, 2, 3, 0, 0, 0],
      ...hidDescriptor,
      ...[7, 5, 0x80 | IN, INTERRUPT, PACKET_BYTES, 0, 1],
      ...[7, 5, OUT, INTERRUPT, PACKET_BYTES, 0, 1],
    ),
    control,
    receive: (_endpoint, bytes) => core.receive(...splitReport(bytes)),
    unplugged: () => undefined,
  })
  core.connect((report) => device.send(IN, report))
  return device
}
