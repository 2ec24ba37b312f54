/** Messages as a lock system hears and says them: STX, fields between bars of B3, ETX, and the XOR of what follows STX. */

const ENQUIRY = 0x05
export const ACCEPTED = 0x06
export const REFUSED = 0x15

const START = 0x02
const END = 0x03
const BAR = 0xb3
/** RETURN in the place of the checksum: the sender has not calculated it. */
const NO_CHECKSUM = 0x0d
const LONGEST = 1000

/** What the host says. */
export type HostMessage =
  | { readonly kind: 'enquiry' }
  | { readonly kind: 'message'; readonly fields: readonly string[] }
  /** The checksum is wrong, or bars are missing. */
  | { readonly kind: 'damaged' }

const xorOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum ^ byte, 0)

/** What of an answer is not as usual. */
export interface AnswerStyle {
  /** `skipped`: RETURN in the place of the checksum. `wrong`: it does not fit. */
  readonly checksum?: 'skipped' | 'wrong'
  /** The checksum that a last field of nonsense is to bring about. */
  readonly wanted?: number
}

const TEXT = Array.from({ length: 95 + 96 }, (_, index) =>
  index < 95 ? 0x20 + index : 0xa0 + index - 95,
).filter((byte) => byte !== BAR)

/** Two characters whose XOR is that. */
const nonsenseFor = (xor: number): readonly number[] => {
  const first = TEXT.find((byte) => TEXT.includes(byte ^ xor)) ?? 0x20
  return [first, first ^ xor]
}

export const answerBytes = (
  fields: readonly string[],
  { checksum, wanted }: AnswerStyle = {},
): Uint8Array => {
  const body = [BAR, ...fields.flatMap((field) => [...Array.from(field, (one) => one.charCodeAt(0)), BAR])]
  if (wanted !== undefined) body.push(...nonsenseFor(xorOf([...body, BAR, END]) ^ wanted), BAR)
  const right = xorOf([...body, END])
  const last = checksum === undefined ? right : checksum === 'skipped' ? NO_CHECKSUM : right ^ 0x01
  return Uint8Array.of(START, ...body, END, last)
}

interface HostReceiver {
  /** Takes bytes, cut anywhere, and returns what they complete; what belongs to nothing is not heard. */
  push(bytes: Uint8Array): readonly HostMessage[]
  reset(): void
}

/** Makes the receiving end. `takesUnchecked`: RETURN stands for a checksum that is not checked. */
export const createHostReceiver = (takesUnchecked: boolean): HostReceiver => {
  let body: number[] | undefined
  let isChecksumNext = false

  const complete = (bytes: readonly number[], checksum: number): HostMessage => {
    const isRight = checksum === xorOf([...bytes, END]) || (takesUnchecked && checksum === NO_CHECKSUM)
    const isBarred = bytes.length > 1 && bytes[0] === BAR && bytes.at(-1) === BAR
    if (!isRight || !isBarred) return { kind: 'damaged' }
    const text = bytes.map((byte) => String.fromCharCode(byte)).join('')
    return { kind: 'message', fields: text.slice(1, -1).split(String.fromCharCode(BAR)) }
  }

  const hear = (byte: number): readonly HostMessage[] => {
    if (isChecksumNext) {
      const heard = complete(body ?? [], byte)
      body = undefined
      isChecksumNext = false
      return [heard]
    }
    if (byte === START) body = []
    else if (body === undefined || byte < END || byte === ENQUIRY) {
      body = undefined
      return byte === ENQUIRY ? [{ kind: 'enquiry' }] : []
    } else if (byte === END) isChecksumNext = true
    else if (body.length < LONGEST) body.push(byte)
    else body = undefined
    return []
  }

  return {
    push: (bytes) => Array.from(bytes).flatMap(hear),
    reset: () => {
      body = undefined
      isChecksumNext = false
    },
  }
}
