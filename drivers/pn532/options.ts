import { z } from 'zod'

/** The part of a device's configuration that is the PN532's. */
export const Pn532Options = z.strictObject({
  /**
   * The line speed, bits a second, while a card is worked on. A full 1K card with read-back takes 858 ms at 115200 and 488 ms at
   * 921600. The fast one is safe to begin with: each change is proven by an answer, the line is back at 115200 before the port
   * is released, and a device that fails at a higher speed is worked with at 115200 until it is opened again.
   */
  sessionBaudRate: z.literal([115200, 230400, 460800, 921600]).default(921600),
})
export type Pn532Options = z.infer<typeof Pn532Options>
