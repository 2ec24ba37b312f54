import { z } from 'zod'

/** The driver's part of a device's configuration. */
export const OnityOptions = z.strictObject({
  /** Who is said to make the keys, in the lock system's audit trail; at most 24 characters of ISO 8859-1. */
  operator: z
    .string()
    .max(24)
    .regex(/^[\u0020-\u007e\u00a0-\u00b2\u00b4-\u00ff]*$/)
    .default(''),
  /** What the encoder does with a key that is made: `eject` gives it out, `retain` keeps it inside, `rear` gives it out behind. */
  eject: z.enum(['eject', 'retain', 'rear']).default('eject'),
  /** From the moment the lock system has taken a command to its answer; a card is put in meanwhile. Milliseconds. */
  operationTimeoutMs: z.number().int().min(5000).max(600_000).default(90_000),
  /** Bits a second, as the lock system's port is set; for a serial line only. */
  baudRate: z
    .union([2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200].map((rate) => z.literal(rate)))
    .default(9600),
})
export type OnityOptions = z.infer<typeof OnityOptions>
