import { z } from 'zod'

/** The driver's part of a device's configuration. */
export const HidScannerOptions = z.strictObject({
  /**
   * How a HID POS report is laid out: `aim` with the AIM identifier at bytes 2 to 4 (Honeywell, Access-IS), `plain` with data
   * from byte 2 on (Newland). `auto` takes `]` at byte 2 for the first.
   */
  report: z.enum(['auto', 'aim', 'plain']).default('auto'),
  /** The layout that a scanner in keyboard mode types for. */
  keyboard: z.enum(['us', 'de']).default('us'),
  /** What ends a typed text: `enter` (or Tab), or `silence` for scanners that type neither. */
  end: z.enum(['enter', 'silence']).default('enter'),
  /** Taken off the front of what a scanner types; a text without it was typed by a person. */
  prefix: z.string().max(16).default(''),
  /** Whether `]C1` and the like at the front of what is typed is the AIM symbology identifier (ISO/IEC 15424). */
  aim: z.boolean().default(true),
})
export type HidScannerOptions = z.infer<typeof HidScannerOptions>
