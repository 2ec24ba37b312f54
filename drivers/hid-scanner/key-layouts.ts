/**
 * What a key types: HID usages of page 07 (HID Usage Tables §10) under the layout that a scanner in keyboard mode is set to.
 * @module
 */
import type { HidScannerOptions } from './options.ts'

const FIRST_LETTER = 0x04
const FIRST_DIGIT = 0x1e
const letters = 'abcdefghijklmnopqrstuvwxyz'

type Pairs = Readonly<Record<number, readonly [plain: string, shifted: string]>>

/** The keypad types the same everywhere. */
const keypad: Pairs = Object.fromEntries(
  ['/', '*', '-', '+', undefined, '1', '2', '3', '4', '5', '6', '7', '8', '9', '0', '.'].flatMap(
    (text, index) => (text === undefined ? [] : [[0x54 + index, [text, text]]]),
  ),
)

const us: Pairs = {
  ...keypad,
  0x2c: [' ', ' '],
  0x2d: ['-', '_'],
  0x2e: ['=', '+'],
  0x2f: ['[', '{'],
  0x30: [']', '}'],
  0x31: ['\\', '|'],
  0x33: [';', ':'],
  0x34: ["'", '"'],
  0x35: ['`', '~'],
  0x36: [',', '<'],
  0x37: ['.', '>'],
  0x38: ['/', '?'],
}

/** DIN 2137 T1, without the dead keys. */
const de: Pairs = {
  ...keypad,
  0x2c: [' ', ' '],
  0x2d: ['ß', '?'],
  0x2f: ['ü', 'Ü'],
  0x30: ['+', '*'],
  0x31: ['#', "'"],
  0x33: ['ö', 'Ö'],
  0x34: ['ä', 'Ä'],
  0x36: [',', ';'],
  0x37: ['.', ':'],
  0x38: ['-', '_'],
  0x64: ['<', '>'],
}

const layouts = {
  us: { pairs: us, shiftedDigits: '!@#$%^&*()', swaps: new Map<string, string>() },
  de: {
    pairs: de,
    shiftedDigits: '!"§$%&/()=',
    swaps: new Map([
      ['y', 'z'],
      ['z', 'y'],
    ]),
  },
} as const

const digits = '1234567890'

/** The character of a key, or undefined for a key that types none. */
export const characterOf = (
  usage: number,
  isShifted: boolean,
  layout: HidScannerOptions['keyboard'],
): string | undefined => {
  const { pairs, shiftedDigits, swaps } = layouts[layout]
  const letter = letters[usage - FIRST_LETTER]
  if (letter !== undefined) {
    const typed = swaps.get(letter) ?? letter
    return isShifted ? typed.toUpperCase() : typed
  }
  const digit = usage - FIRST_DIGIT
  if (digit >= 0 && digit < digits.length) return (isShifted ? shiftedDigits : digits)[digit]
  return pairs[usage]?.[isShifted ? 1 : 0]
}
