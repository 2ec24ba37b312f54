import { z } from 'zod'

/** Text around the data, as the scanner is set up to send it; at most 16 characters. */
const affix = z.string().max(16)

/** The driver's part of a device's configuration. */
export const SerialScannerOptions = z.strictObject({
  /** Bits a second; a scanner with USB of its own (CDC) ignores it. */
  baudRate: z
    .union([1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200].map((rate) => z.literal(rate)))
    .default(9600),
  /** `text`: what a barcode scanner sends. `em4100`: frames of an RFID module. `auto`: whichever comes. */
  content: z.enum(['auto', 'text', 'em4100']).default('auto'),
  /**
   * What ends a text. With `line` one that falls silent without CR, LF or TAB is a misread: a computer that is busy for a moment
   * would take half a code for a whole one. `silence` is for scanners that send no line end.
   */
  end: z.enum(['line', 'silence']).default('line'),
  /** Taken off the front of a text; a text without it is somebody's noise. */
  prefix: affix.default(''),
  /** Taken off the end of a text, before the line end. */
  suffix: affix.default(''),
  /** Whether `]C1` and the like at the front is the AIM symbology identifier (ISO/IEC 15424). */
  aim: z.boolean().default(true),
  /** The same text again within this time is one presentation: a hands-free scanner repeats itself. Milliseconds. */
  repeatMs: z.number().int().min(0).max(10_000).default(1000),
})
export type SerialScannerOptions = z.infer<typeof SerialScannerOptions>
