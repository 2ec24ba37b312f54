import { z } from 'zod'
import { restingBaudRate } from './protocol.ts'

/** The part of a device's configuration that is the PN532's. */
export const Pn532Options = z.strictObject({
  /**
   * The line speed, bits a second, while a card is worked on. A full 1K card with read-back falls from 858 ms at 115200 to
   * 488 ms at 921600. The line is back at 115200 before the port is released.
   */
  sessionBaudRate: z.literal([115200, 230400, 460800, 921600]).default(restingBaudRate),
})
export type Pn532Options = z.infer<typeof Pn532Options>
