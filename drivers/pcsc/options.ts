import { z } from 'zod'

/** The part of a device's configuration that is this driver's: nothing yet. What differs between readers is told by their names. */
export const PcscOptions = z.strictObject({})
export type PcscOptions = z.infer<typeof PcscOptions>
