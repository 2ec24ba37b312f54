import { z } from 'zod'

/** The part of a device's configuration that is the TWN4's. */
export const Twn4Options = z.strictObject({
  /** The speed of a real serial line, bits a second; `auto` tries 9600 and 115200. A USB reader works at any. */
  baudRate: z.literal(['auto', 9600, 19200, 38400, 57600, 115200]).default('auto'),
  /** Whether lines carry a CRC: a setting of the reader's firmware, off as delivered. `auto` tries both. */
  crc: z.literal(['auto', 'on', 'off']).default('auto'),
})
export type Twn4Options = z.infer<typeof Twn4Options>
