import type { Reader } from './emulator-reader.ts'

/** A request under way: the result behind the error byte 00, after the time that the card takes. */
export interface Work {
  readonly takesMs: number
  readonly finish: () => readonly number[]
}

/** A parameter: so many bytes, or a length byte with as many bytes behind it. */
type Parameter = number | 'counted'

export interface Command {
  readonly parameters: readonly Parameter[]
  readonly run: (reader: Reader, ...values: readonly Uint8Array[]) => Work
}

/** A table of functions by API and number, as the first two bytes of a request have them. */
export type Commands = ReadonlyMap<number, Command>

export const TRUE = 0x01
export const FALSE = 0x00

/** A work that needs the reader only. */
export const atOnce = (...result: readonly number[]): Work => ({ takesMs: 0, finish: () => result })

export const uint32 = (value: number): readonly number[] => [
  value & 0xff,
  (value >>> 8) & 0xff,
  (value >>> 16) & 0xff,
  value >>> 24,
]

export const valueOf = (bytes: Uint8Array): number =>
  bytes.reduce((value, byte, index) => value + byte * 256 ** index, 0)

/** DocRev25 §1.2: ERR_MISSING_PARAMETER and ERR_UNUSED_PARAMETERS. */
const MISSING = 2
const UNUSED = 3

/** Cuts a request's rest into parameters, or tells the error byte. */
export const cutParameters = (
  rest: Uint8Array,
  parameters: readonly Parameter[],
): readonly Uint8Array[] | number => {
  const values: Uint8Array[] = []
  let at = 0
  for (const parameter of parameters) {
    const start = parameter === 'counted' ? at + 1 : at
    const size = parameter === 'counted' ? rest[at] : parameter
    if (size === undefined || start + size > rest.length) return MISSING
    values.push(rest.slice(start, start + size))
    at = start + size
  }
  return at < rest.length ? UNUSED : values
}
