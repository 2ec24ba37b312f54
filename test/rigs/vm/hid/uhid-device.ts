import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync, writeSync } from 'node:fs'
import type { HidCore } from './hid-core.ts'

/** Events of the kernel's <linux/uhid.h>, whose structures are packed and little-endian here. */
const DESTROY = 1
const OUTPUT = 6
const GET_REPORT = 9
const GET_REPORT_REPLY = 10
const CREATE2 = 11
const INPUT2 = 12
const SET_REPORT = 13
const SET_REPORT_REPLY = 14

/** struct uhid_event: its type, and a union as large as uhid_create2_req, in steps of the 64 bits of uhid_start_req. */
const EVENT_BYTES = 4 + 4376
const DATA_BYTES = 4096
const BUS_USB = 3
/** EPIPE of <asm-generic/errno.h>: what a stalled request gives on USB. */
const STALLED = 32

const u16 = (value: number): Buffer => {
  const field = Buffer.alloc(2)
  field.writeUInt16LE(value)
  return field
}

const u32 = (value: number): Buffer => {
  const field = Buffer.alloc(4)
  field.writeUInt32LE(value)
  return field
}

const text = (value: string, sizeBytes: number): Buffer => {
  const field = Buffer.alloc(sizeBytes)
  field.write(value, 0, sizeBytes - 1)
  return field
}

const event = (type: number, ...fields: readonly Uint8Array[]): Buffer =>
  Buffer.concat([u32(type), ...fields])

const creation = ({ facts, reportDescriptor }: HidCore): Buffer =>
  event(
    CREATE2,
    text(`${facts.manufacturer} ${facts.product}`, 128),
    text('', 64),
    text(facts.serialNumber, 64),
    ...[u16(reportDescriptor.length), u16(BUS_USB), u32(facts.vendorId), u32(facts.productId)],
    ...[u32(0x0100), u32(0), reportDescriptor],
  )

/** The kernel's copy of a report begins with its id, 0 where reports are not numbered. */
const output = (core: HidCore, message: Buffer): void => {
  const data = message.subarray(4, 4 + message.readUInt16LE(4 + DATA_BYTES))
  core.receive(data[0] ?? 0, Uint8Array.from(data.subarray(1)))
}

const setReport = (core: HidCore, message: Buffer): Buffer => {
  const id = message.subarray(4, 8)
  const data = message.subarray(12, 12 + message.readUInt16LE(10))
  try {
    core.setFeature(data[0] ?? 0, Uint8Array.from(data.subarray(1)))
    return event(SET_REPORT_REPLY, id, u16(0))
  } catch {
    return event(SET_REPORT_REPLY, id, u16(STALLED))
  }
}

const getReport = (core: HidCore, message: Buffer): Buffer => {
  const id = message.subarray(4, 8)
  const reportId = message.readUInt8(8)
  try {
    const data = core.getFeature(reportId, DATA_BYTES - 1)
    return event(GET_REPORT_REPLY, id, u16(0), u16(data.length + 1), Uint8Array.of(reportId, ...data))
  } catch {
    return event(GET_REPORT_REPLY, id, u16(STALLED), u16(0))
  }
}

/** A device that is plugged in. To dispose of it is to unplug it. */
interface PluggedDevice extends AsyncDisposable {
  /** Idempotent. */
  unplug(): Promise<void>
}

/**
 * Plugs a HID device into the kernel's HID core, without a bus. It is there when its hidraw node is.
 * A read of /dev/uhid waits in the kernel: a child does it, so that no thread of this process is held there.
 */
export const plugUhidDevice = (core: HidCore): PluggedDevice => {
  const uhid = openSync('/dev/uhid', 'r+')
  const send = (message: Uint8Array): number => writeSync(uhid, message)
  const reader = spawn('cat', { stdio: [uhid, 'pipe', 'inherit'] })
  const ended = once(reader, 'exit')
  let unread = Buffer.alloc(0)
  reader.stdout?.on('data', (bytes: Buffer) => {
    unread = Buffer.concat([unread, bytes])
    for (; unread.length >= EVENT_BYTES; unread = unread.subarray(EVENT_BYTES)) {
      const message = unread.subarray(0, EVENT_BYTES)
      const type = message.readUInt32LE(0)
      if (type === OUTPUT) output(core, message)
      else if (type === SET_REPORT) send(setReport(core, message))
      else if (type === GET_REPORT) send(getReport(core, message))
    }
  })
  send(creation(core))
  core.connect((report) => send(event(INPUT2, u16(report.length), report)))
  const pullOut = async (): Promise<void> => {
    core.connect(() => undefined)
    send(event(DESTROY))
    reader.kill()
    await ended
    closeSync(uhid)
  }
  let unplugging: Promise<void> | undefined
  const unplug = (): Promise<void> => (unplugging ??= pullOut())
  return { unplug, [Symbol.asyncDispose]: unplug }
}
