/**
 * The HID reports of an MSR605X: 64 bytes without an id, the first of which says how much of the rest counts. What they carry
 * is the protocol of the serial MSR605 (rubicae/msr605x, `msr605x.py`; hasanen/msrx-tool, `src/tracks_data.rs`).
 * @module
 */
import { concatBytes } from '../../src/wire/bytes.ts'

const REPORT_BYTES = 64
const PAYLOAD_BYTES = 63
const FIRST = 0x80
const LAST = 0x40
const LENGTH = 0x3f

/** A message as the reports that carry it, filled up with zeros. */
export const toReports = (message: Uint8Array): readonly Uint8Array[] =>
  Array.from({ length: Math.ceil(message.length / PAYLOAD_BYTES) }, (_, index) => {
    const payload = message.subarray(index * PAYLOAD_BYTES, (index + 1) * PAYLOAD_BYTES)
    const isLast = (index + 1) * PAYLOAD_BYTES >= message.length
    const report = new Uint8Array(REPORT_BYTES)
    report[0] = (index === 0 ? FIRST : 0) | (isLast ? LAST : 0) | payload.length
    report.set(payload, 1)
    return report
  })

interface ReportReader {
  /** The message that ends with this report, or undefined while there is more to come, and for one that makes no sense. */
  push(report: Uint8Array): Uint8Array | undefined
}

/** Behind the payload come bytes of earlier reports, so each is cut to its length. */
export const createReportReader = (): ReportReader => {
  let begun: Uint8Array | undefined
  return {
    push: (report) => {
      const [header = 0] = report
      const length = header & LENGTH
      const earlier = (header & FIRST) === 0 ? begun : new Uint8Array(0)
      begun = undefined
      if (earlier === undefined || length >= report.length) return undefined
      const message = concatBytes(earlier, report.subarray(1, 1 + length))
      if ((header & LAST) !== 0) return message
      begun = message
      return undefined
    },
  }
}
