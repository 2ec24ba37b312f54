/** Messages of the PMS protocol as its documents print them, with `|` for the separator: `|LT|1|E|`. */

const xorOf = (bytes: readonly number[]): number => bytes.reduce((sum, byte) => sum ^ byte, 0)

/** The bytes of a message. */
export const pmsBytes = (text: string): Uint8Array => {
  const body = [...Array.from(text, (one) => (one === '|' ? 0xb3 : one.charCodeAt(0))), 0x03]
  return Uint8Array.of(0x02, ...body, xorOf(body))
}

const NAMES = new Map([
  [0x05, 'ENQ'],
  [0x06, 'ACK'],
  [0x15, 'NAK'],
])

/**
 * What was said, one entry for each message and each byte between them: `ACK`, `|CN|1|`. A checksum that is wrong is told behind the
 * message.
 */
export const pmsTexts = (bytes: Uint8Array): readonly string[] => {
  const told: string[] = []
  for (let at = 0; at < bytes.length; at += 1) {
    const end = bytes.indexOf(0x03, at)
    if (bytes[at] !== 0x02 || end < 0) {
      told.push(NAMES.get(bytes[at] ?? 0) ?? `${bytes[at]?.toString(16).toUpperCase()}`)
      continue
    }
    const body = [...bytes.slice(at + 1, end + 1)]
    const text = body.slice(0, -1).map((byte) => (byte === 0xb3 ? '|' : String.fromCharCode(byte)))
    const checksum = bytes[end + 1]
    told.push(
      text.join('') + (checksum === xorOf(body) ? '' : ` (checksum ${checksum?.toString(16).toUpperCase()})`),
    )
    at = end + 1
  }
  return told
}
