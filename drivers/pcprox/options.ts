import { z } from 'zod'

/** A pcProx needs no configuration here: what it strips and which cards it takes is kept in the reader. */
export const PcproxOptions = z.strictObject({})
export type PcproxOptions = z.infer<typeof PcproxOptions>
