import { z } from 'zod'

/** How the number of a badge or card may be written, by name as the configuration has it; src/cards spells them. */
export const NumberFormat = z.enum([
  'uid-hex',
  'uid-hex-reversed',
  'uid-decimal',
  'uid-decimal-reversed',
  'uid-decimal-last4',
  'em4100-decimal',
  'em4100-facility-card',
  'wiegand-26',
  'wiegand-33',
  'wiegand-34',
  'wiegand-35',
  'wiegand-36',
  'wiegand-37',
  'wiegand-37-facility',
  'wiegand-48',
])
export type NumberFormat = z.infer<typeof NumberFormat>
