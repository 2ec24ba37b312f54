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

/** A card's unique identifier (ISO/IEC 14443-3): 4, 7 or 10 bytes as upper-case hexadecimal, cascade tags left out. */
export const CardUid = z
  .string()
  .regex(/^(?:[0-9A-F]{8}|[0-9A-F]{14}|[0-9A-F]{20})$/)
  .brand<'CardUid'>()
export type CardUid = z.infer<typeof CardUid>
