const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(hex.split(' '), (byte) => Number.parseInt(byte, 16))

/**
 * The keyboard of HID 1.11, appendix E.6, and a feature report of eight bytes in a usage page of the maker's. The descriptor
 * of a real pcProx is *unverified*: known is that it is of keyboard class and that the feature report has eight bytes and
 * no number.
 */
export const reportDescriptor = bytes(
  [
    '05 01 09 06 A1 01',
    '05 07 19 E0 29 E7 15 00 25 01 75 01 95 08 81 02 95 01 75 08 81 01',
    '95 05 75 01 05 08 19 01 29 05 91 02 95 01 75 03 91 01',
    '95 06 75 08 15 00 25 65 05 07 19 00 29 65 81 00',
    '06 00 FF 09 01 15 00 26 FF 00 75 08 95 08 B1 02',
    'C0',
  ].join(' '),
)

/**
 * Pages 0 to 2 as they leave the factory: one parity bit stripped on each side, Enter after the number, 1 s of hold and
 * lock-out time. Only Enter is told by the source; the rest is plausible and *unverified*.
 */
export const factoryPages: readonly Uint8Array[] = [
  bytes('03 05 11 10 1A 00 28 00'),
  bytes('00 0A 14 14 01 01 00 00'),
  bytes('00 00 00 00 00 00 00 00'),
]
