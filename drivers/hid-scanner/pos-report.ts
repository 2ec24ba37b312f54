/**
 * The scanned-data report of a HID POS scanner (USB-IF HID Point of Sale Usage Tables 1.02 names the usages only; the bytes are
 * the makers' practice), 64 bytes with the report id:
 *
 *     0  report id 02   1  length   2–4  AIM identifier   5–60  data   61  symbology   63  bit 0: more follows
 *     0  report id 02   1  length   2–57 data                          62  symbology            (Newland: one source)
 *
 * Sources: Access-IS ATR110 and LSR118 manuals (report appendices), python_hon_usbhid (HenkVanAsselt), a Newland FM430 client.
 * @module
 */
import type { ScannerRead } from 'encoder-bridge/driver'
import { concatBytes } from '../../src/wire/bytes.ts'
import type { HidScannerOptions } from './options.ts'

const REPORT_ID = 0x02
const LENGTH_AT = 1
const FIRST_AT = 2
const AIM_SIZE = 3
const BRACKET = 0x5d
const DATA_SIZE = 56
const FLAGS_AT = 63
const MORE = 0x01

/** No symbol is longer (a QR code holds 7,089 digits). */
const MAX_SIZE_BYTES = 8192
/** Twice as many reports as such a symbol needs: reports without data must not go on for ever. */
const MAX_REPORTS = Math.ceil((2 * MAX_SIZE_BYTES) / DATA_SIZE)

/** What one report carries, or that it is no scanned-data report. */
type Part =
  | {
      readonly kind: 'part'
      readonly symbology: string | null
      readonly data: Uint8Array
      readonly isLast: boolean
    }
  | { readonly kind: 'foreign' }

const hasAim = (report: Uint8Array, style: HidScannerOptions['report']): boolean =>
  style === 'aim' || (style === 'auto' && report[FIRST_AT] === BRACKET)

const parseReport = (report: Uint8Array, style: HidScannerOptions['report']): Part => {
  const length = report[LENGTH_AT] ?? 0
  if (report[0] !== REPORT_ID || length > DATA_SIZE) return { kind: 'foreign' }
  const isAim = hasAim(report, style)
  const dataAt = isAim ? FIRST_AT + AIM_SIZE : FIRST_AT
  if (report.length < dataAt + length) return { kind: 'foreign' }
  return {
    kind: 'part',
    symbology: isAim ? String.fromCharCode(...report.slice(FIRST_AT, dataAt)) : null,
    data: report.slice(dataAt, dataAt + length),
    isLast: !isAim || ((report[FLAGS_AT] ?? 0) & MORE) === 0,
  }
}

/** Puts a scan together from its reports. */
export interface PosReader {
  /** The scan when the report was its last; `unreadable` for a report that is none and for a scan without end. */
  push(report: Uint8Array): ScannerRead | 'unreadable' | undefined
  /** Whether a scan has begun and not ended. */
  readonly isPartial: boolean
  reset(): void
}

export const createPosReader = (style: HidScannerOptions['report']): PosReader => {
  let parts: Uint8Array[] = []
  let symbology: string | null = null

  const reset = (): void => {
    parts = []
    symbology = null
  }

  return {
    get isPartial() {
      return parts.length > 0
    },
    reset,
    push: (report) => {
      const part = parseReport(report, style)
      const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0)
      if (part.kind === 'foreign' || sizeBytes > MAX_SIZE_BYTES || parts.length >= MAX_REPORTS) {
        reset()
        return 'unreadable'
      }
      symbology ??= part.symbology
      parts.push(part.data)
      if (!part.isLast) return undefined
      const data = concatBytes(...parts)
      const read = { technology: 'barcode', data, bitCount: null, symbology } as const
      reset()
      return data.length === 0 ? 'unreadable' : read
    },
  }
}
