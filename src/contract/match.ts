import { z } from 'zod'

const UsbId = z.string().regex(/^[0-9a-f]{4}$/)

/**
 * How a device is recognised without touching it. `isOwn` false marks an identity that other products share: then only the
 * driver's own handshake tells, and it is tried only when somebody asks for it.
 */
export const MatchRule = z.discriminatedUnion('transport', [
  z.strictObject({
    transport: z.enum(['serial', 'hid', 'keyboard']),
    /** USB identity, four hexadecimal digits in lower case. */
    vendorId: UsbId,
    productId: UsbId,
    /** The top-level collection of a HID device, where one device has several. */
    usagePage: z.number().int().optional(),
    isOwn: z.boolean(),
    /** The product, and why the identity alone does or does not tell. */
    note: z.string().min(1),
  }),
  z.strictObject({
    /** Any HID device of that usage page, whoever made it. */
    transport: z.literal('hidUsage'),
    usagePage: z.number().int(),
    usage: z.number().int(),
    isOwn: z.boolean(),
    note: z.string().min(1),
  }),
  z.strictObject({
    transport: z.literal('pcsc'),
    /** A regular expression over the reader's name. */
    readerName: z.string().min(1),
    isOwn: z.boolean(),
    note: z.string().min(1),
  }),
])
export type MatchRule = z.infer<typeof MatchRule>

const bridge = (vendorId: string, productId: string, note: string): MatchRule => ({
  transport: 'serial',
  vendorId,
  productId,
  isOwn: false,
  note,
})

/** USB-serial bridges that sit before products of any maker: none of them says what is behind it. */
export const usbSerialBridges: readonly MatchRule[] = [
  bridge('0403', '6001', 'FTDI FT232R; FTDI sells the identity with the chip'),
  bridge('0403', '6015', 'FTDI FT-X series'),
  bridge('1a86', '7523', 'WCH CH340; no serial number'),
  bridge('1a86', '55d4', 'WCH CH9102'),
  bridge('10c4', 'ea60', 'Silicon Labs CP210x; makers often keep the serial number 0001'),
  bridge('067b', '2303', 'Prolific PL2303; no serial number'),
]
