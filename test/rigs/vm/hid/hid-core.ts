import type { HidEmulator } from '../../../../src/contract/emulator.ts'

/** A HID interface without the way that it is plugged in. */
export type HidCore = Pick<
  HidEmulator,
  'facts' | 'reportDescriptor' | 'connect' | 'receive' | 'setFeature' | 'getFeature'
>

/** The tag and type of a Report ID item (HID 1.11 §6.2.2.7). */
const REPORT_ID = 0x84
const LONG_ITEM = 0xfe

/** Whether the reports are numbered: then each begins with its id (HID 1.11 §5.6). */
export const isNumbered = ({ reportDescriptor }: Pick<HidCore, 'reportDescriptor'>): boolean => {
  for (let at = 0; at < reportDescriptor.length;) {
    const prefix = reportDescriptor[at] ?? 0
    if ((prefix & 0xfc) === REPORT_ID) return true
    if (prefix === LONG_ITEM) throw new Error('a long item')
    // §6.2.2.2: two bits of size, of which 3 means 4 bytes.
    at += 1 + ((prefix & 3) === 3 ? 4 : prefix & 3)
  }
  return false
}
