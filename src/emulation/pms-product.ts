/** Rooms of the emulated house. */
export const PMS_ROOMS = ['101', '102', '103', '104', '105', '106', '107', '108', '109', '110'] as const

/** What a product of the family has of its own, written from its own document. */
export interface PmsProduct {
  readonly encoders: readonly string[]
  /** The letters of refusals by the fault that brings them about; several letters for one code. */
  readonly refusals: Readonly<Record<string, readonly [string, ...string[]]>>
  /** Digits of a time: ten to the minute, eight to the hour. */
  readonly timeDigits: 8 | 10
  /** The symbols of authorisations 1, 2, …. */
  readonly symbols: string
  /** Copies that LT counts; later ones are `I`. */
  readonly countedCopies: number
  /** What CC does for a room without a guest: letters to refuse with, or the command that is carried out in its place. */
  readonly copyWithoutGuest: { readonly refuse: string } | { readonly instead: string }
  /** Keys for one opening that a guest may have of a room. */
  readonly oneShots: number
  /** Letters for a staff card that is to become a guest's; null for one that is overwritten. */
  readonly staffRefusal: string | null
  /** Whether RETURN stands for a checksum that is not checked. */
  readonly takesUnchecked: boolean
  readonly commands: readonly string[]
  /** Whether an answer ends with the serial numbers of the keys that were made. */
  tellsSerialNumbers(fields: readonly string[]): 'none' | 'last' | 'all'
  /** Whether LT ends with the serial number. */
  readonly readsSerialNumber: boolean
}

/** `1500231126` is `2026-11-23T15:00`; undefined for what is no time. */
export const timeOf = ({ timeDigits }: PmsProduct, digits: string): string | undefined => {
  if (!/^\d+$/.test(digits) || digits.length !== timeDigits) return undefined
  const minute = timeDigits === 10 ? digits.slice(2, 4) : '00'
  const [day, month, year] = [digits.slice(-6, -4), digits.slice(-4, -2), digits.slice(-2)]
  return `20${year}-${month}-${day}T${digits.slice(0, 2)}:${minute}`
}

/** The inverse; no digits for no time. */
export const digitsOf = ({ timeDigits }: PmsProduct, time: string | null): string => {
  if (time === null) return ''
  const [year = '', month = '', day = '', hour = '', minute = ''] = time.split(/[-T:]/)
  return `${hour}${timeDigits === 10 ? minute : ''}${day}${month}${year.slice(2)}`
}

/** The numbers of authorisations; 0 for a symbol that is none. */
export const namesOf = ({ symbols }: PmsProduct, field: string): readonly number[] =>
  Array.from(field, (symbol) => symbols.indexOf(symbol) + 1)
