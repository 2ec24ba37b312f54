import { z } from 'zod'

/** A swipe reader needs no configuration here. */
export const HidSwipeOptions = z.strictObject({})
export type HidSwipeOptions = z.infer<typeof HidSwipeOptions>
