import { z } from 'zod'

/** The driver's part of a device's configuration. */
export const FiasOptions = z.strictObject({
  /**
   * WS, the workstation that an answer names again. Null: every command bears a name of its own, so that no answer is taken
   * for another order's. A fixed name is for lock systems that know workstations; see the README for what it costs.
   */
  workstation: z
    .string()
    .regex(/^[ -{}~]{1,16}$/)
    .nullable()
    .default(null),
  /** How long the lock system has for an answer, the card's coming included; an answer is reckoned with for as long again. */
  answerMs: z.number().int().min(1000).max(300_000).default(45_000),
  /** How DT, the time of departure, is written. Both are seen. */
  departureTime: z.enum(['HH:mm', 'HHmmss']).default('HH:mm'),
  /** G#, the reservation: a number made of the room's name, or always this one. */
  reservationNumber: z.union([z.literal('room'), z.string().regex(/^\d{1,10}$/)]).default('room'),
  /** GN, for lock systems that insist on a guest's name: always this text. Null: none is sent. */
  guestText: z
    .string()
    .regex(/^[ -{}~]{1,40}$/)
    .nullable()
    .default(null),
  /** What stands between two authorisations in KO. */
  keyOptionsSeparator: z
    .string()
    .regex(/^[ -{}~]?$/)
    .default(','),
  /** What a lock system that asks for the list of guests (DR) gets: a list without one, or no answer. */
  resync: z.enum(['empty', 'ignored']).default('empty'),
})
export type FiasOptions = z.infer<typeof FiasOptions>
