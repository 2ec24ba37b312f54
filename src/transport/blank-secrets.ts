import type { RecordedMessage } from './recorder.ts'

/**
 * What may stand before and behind the data of a message: report id, length, AIM identifier, symbology, flags are five bytes and
 * three in a HID POS report, the header of an APDU five.
 */
const MAX_FRAMING_BYTES = 8

/** Overwrites each occurrence in the messages, whole or cut over several that follow each other, and returns how many there were. */
const overwrite = (messages: readonly Uint8Array[], wanted: Uint8Array, filler: number): number => {
  if (wanted.every((byte) => byte === filler)) return 0
  const nowhere = new Set<number>()

  /** The pieces of what is wanted from `from` on: the first begins in this message at `lastStart` at the latest. */
  const piecesIn = (index: number, from: number, lastStart: number): readonly Uint8Array[] | undefined => {
    const bytes = messages[index]
    if (bytes === undefined) return undefined
    for (let start = 0; start < bytes.length && start <= lastStart; start += 1) {
      let length = 0
      while (from + length < wanted.length && bytes[start + length] === wanted[from + length]) length += 1
      if (from + length === wanted.length) return [bytes.subarray(start, start + length)]
      for (; length > 0 && bytes.length - start - length <= MAX_FRAMING_BYTES; length -= 1) {
        const others = piecesBehind(index + 1, from + length)
        if (others !== undefined) return [bytes.subarray(start, start + length), ...others]
      }
    }
    return undefined
  }

  const piecesBehind = (index: number, from: number): readonly Uint8Array[] | undefined => {
    const place = index * wanted.length + from
    if (nowhere.has(place)) return undefined
    const pieces = piecesIn(index, from, MAX_FRAMING_BYTES)
    if (pieces === undefined) nowhere.add(place)
    return pieces
  }

  let count = 0
  for (const index of messages.keys()) {
    let pieces = piecesIn(index, 0, Number.POSITIVE_INFINITY)
    for (; pieces !== undefined; pieces = piecesIn(index, 0, Number.POSITIVE_INFINITY)) {
      for (const piece of pieces) piece.fill(filler)
      count += 1
    }
  }
  return count
}

/** As a device that speaks hexadecimal in ASCII writes it. */
const spelt = (secret: Uint8Array, isUpper: boolean): Uint8Array => {
  const digits = Buffer.from(secret).toString('hex')
  return new TextEncoder().encode(isUpper ? digits.toUpperCase() : digits)
}

const kindOf = ({ direction, as }: RecordedMessage): string => `${direction} ${as ?? ''}`

/** What a device may cut: the messages of one kind in one direction. JSON comes whole, and stays JSON. */
const runsOf = (messages: readonly RecordedMessage[]): readonly (readonly RecordedMessage[])[] =>
  [...new Set(messages.map(kindOf))].flatMap((kind) => {
    const run = messages.filter((message) => kindOf(message) === kind)
    return run[0]?.as === 'json' ? run.map((message) => [message]) : [run]
  })

/**
 * Replaces secrets by zeros, as bytes and as hexadecimal text, also where they are cut over messages that follow each other in
 * one direction. A checksum over them is then wrong, and a secret that crossed the line in another spelling stays: whoever
 * publishes a recording looks through it. Secrets of zeros alone are left.
 */
export const blankSecrets = (
  messages: readonly RecordedMessage[],
  secrets: readonly Uint8Array[],
): { readonly messages: readonly RecordedMessage[]; readonly blanked: number } => {
  const cleaned = messages.map((message) => ({ ...message, bytes: message.bytes.slice() }))
  let blanked = 0
  for (const run of runsOf(cleaned)) {
    const bytes = run.map((message) => message.bytes)
    const filler = run[0]?.as === 'json' ? 0x30 : 0
    for (const secret of secrets.filter((one) => one.some((byte) => byte !== 0))) {
      blanked += overwrite(bytes, secret, filler)
      for (const isUpper of [true, false]) blanked += overwrite(bytes, spelt(secret, isUpper), 0x30)
    }
  }
  return { messages: cleaned, blanked }
}
