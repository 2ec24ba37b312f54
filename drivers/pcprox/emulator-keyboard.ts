const ENTER = 0x28
const DIGIT_1 = 0x1e

/** The HID usage of a digit: 1 to 9 are 1E to 26, and 0 is 27 (HID Usage Tables, page 07). */
const usageOfDigit = (digit: number): number => DIGIT_1 + ((digit + 9) % 10)

/** What the reader types for a badge: its number in decimal digits and Enter, each key pressed and released (boot keyboard). */
export const keystrokesOf = (bits: Uint8Array): readonly Uint8Array[] => {
  const number = bits.reduceRight((total, byte) => total * 256n + BigInt(byte), 0n)
  const usages = [...Array.from(number.toString(), (digit) => usageOfDigit(Number(digit))), ENTER]
  return usages.flatMap((usage) => [Uint8Array.of(0, 0, usage, 0, 0, 0, 0, 0), new Uint8Array(8)])
}
