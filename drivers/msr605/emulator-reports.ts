import type { HidFacts } from 'encoder-bridge/driver'

const REPORT_BYTES = 64
const PAYLOAD_BYTES = 63
const FIRST = 0x80
const LAST = 0x40
const LENGTH = 0x3f

/** The identity is MagTek's, the product is not (rubicae/msr605x; Sam4000133/msr605x-ubuntu). */
export const facts: HidFacts = {
  vendorId: 0x0801,
  productId: 0x0003,
  manufacturer: '',
  product: 'DEFTUN MSR Reader in FS Mode',
  serialNumber: '',
  usagePage: 0xff00,
  usage: 0x01,
}

/** One vendor-defined collection of un-numbered reports of 64 bytes: input, output and feature. *Unverified*. */
export const reportDescriptor = Uint8Array.of(
  ...[0x06, 0x00, 0xff, 0x09, 0x01, 0xa1, 0x01, 0x15, 0x00, 0x26, 0xff, 0x00, 0x75, 0x08, 0x95, REPORT_BYTES],
  ...[0x09, 0x01, 0x81, 0x02, 0x09, 0x02, 0x91, 0x02, 0x09, 0x03, 0xb1, 0x02, 0xc0],
)

/** Cuts answers into reports. The buffer is one and the same, so what lies behind the payload is of earlier reports. */
export const createReportWriter = (send: (report: Uint8Array) => void) => {
  const buffer = new Uint8Array(REPORT_BYTES)
  return (answer: Uint8Array): void => {
    for (let start = 0; start < answer.length; start += PAYLOAD_BYTES) {
      const payload = answer.subarray(start, start + PAYLOAD_BYTES)
      const isLast = start + PAYLOAD_BYTES >= answer.length
      buffer[0] = (start === 0 ? FIRST : 0) + (isLast ? LAST : 0) + payload.length
      buffer.set(payload, 1)
      send(buffer.slice())
    }
  }
}

/** What of a report counts. The firmware does not mind wrong marks of first and last, and skips what stands before an ESC. */
export const payloadOf = ([header = 0, ...rest]: Uint8Array): readonly number[] =>
  rest.slice(0, header & LENGTH)
