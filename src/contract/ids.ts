import { z } from 'zod'

/** The acs_encoder_id of Seam: a UUID that the bridge makes when it first resolves a device, and never changes. */
export const EncoderId = z.uuid().brand<'EncoderId'>()
export type EncoderId = z.infer<typeof EncoderId>

/** The idempotency key of an order, chosen by whoever orders: 1 to 64 of `A-Z a-z 0-9 _ -`. One order has one session. */
export const OrderId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .brand<'OrderId'>()
export type OrderId = z.infer<typeof OrderId>

/** A driver's name: its folder, manifest id, log value and CLI argument. Lower-case product token, no underscore. */
export const DriverId = z
  .string()
  .regex(/^[a-z][a-z0-9-]{1,31}$/)
  .brand<'DriverId'>()
export type DriverId = z.infer<typeof DriverId>

/**
 * A card's unique identifier as upper-case hexadecimal: 4, 7 or 10 bytes (ISO/IEC 14443-3, cascade tags left out), 8 bytes
 * (ISO/IEC 15693) or the 5 bytes of an EM4100.
 */
export const CardUid = z
  .string()
  .regex(/^(?:[0-9A-F]{8}|[0-9A-F]{10}|[0-9A-F]{14}|[0-9A-F]{16}|[0-9A-F]{20})$/)
  .brand<'CardUid'>()
export type CardUid = z.infer<typeof CardUid>

/**
 * Stands for the identifier of a card that has none (a magnetic stripe, a T5577): no type A card has it, since a single-size
 * UID of zeros is not issued. Such cards can't be told apart but by what is on them.
 */
export const noUid: CardUid = CardUid.parse('00000000')
