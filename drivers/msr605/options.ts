import { z } from 'zod'

/** An MSR605 needs no configuration here: its line speed is fixed, and what a stripe holds is the layout's. */
export const Msr605Options = z.strictObject({})
export type Msr605Options = z.infer<typeof Msr605Options>
