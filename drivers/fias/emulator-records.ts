/** Records as the lock system writes and reads them. */

const STX = 0x02
const ETX = 0x03
const LONGEST = 2000

/** A record's fields by their ids; `id` is the record's own. */
export interface EmulatedRecord {
  readonly id: string
  readonly fields: Readonly<Record<string, string>>
}

export const recordText = (id: string, fields: Readonly<Record<string, string>>): string =>
  `${id}|${Object.entries(fields)
    .map(([name, value]) => `${name}${value}|`)
    .join('')}`

export const recordBytes = (text: string): Uint8Array => {
  const bytes = new Uint8Array(text.length + 2)
  bytes[0] = STX
  for (let index = 0; index < text.length; index++) bytes[index + 1] = text.charCodeAt(index)
  bytes[text.length + 1] = ETX
  return bytes
}

const readRecord = (bytes: readonly number[]): EmulatedRecord => {
  const [id = '', ...parts] = String.fromCharCode(...bytes).split('|')
  return { id, fields: Object.fromEntries(parts.map((part) => [part.slice(0, 2), part.slice(2)])) }
}

interface RecordReceiver {
  push(bytes: Uint8Array): readonly EmulatedRecord[]
  reset(): void
}

/** Makes the receiving end: whatever stands outside STX and ETX is not looked at. */
export const createRecordReceiver = (): RecordReceiver => {
  let frame: number[] | null = null
  return {
    push: (bytes) => {
      const found: EmulatedRecord[] = []
      for (const byte of bytes) {
        if (byte === STX) frame = []
        else if (frame === null) continue
        else if (byte === ETX) {
          found.push(readRecord(frame))
          frame = null
        } else if (frame.length === LONGEST) frame = null
        else frame.push(byte)
      }
      return found
    },
    reset: () => {
      frame = null
    },
  }
}
