/**
 * NDEF messages: records one after the other.
 * Sources: NFC Forum "NFC Data Exchange Format", "URI Record Type Definition", "Text Record Type Definition".
 * @module
 */
import { BridgeError } from '../contract/errors.ts'

export type NdefRecord =
  | { readonly kind: 'uri'; readonly uri: string }
  /** `language` is an IANA code like `en`. */
  | { readonly kind: 'text'; readonly language: string; readonly text: string }

/** A record of any other type; `typeName` is the TNF: 1 well-known, 2 media type, 4 external. */
export interface ForeignRecord {
  readonly kind: 'other'
  readonly typeName: number
  readonly type: Uint8Array
  readonly payload: Uint8Array
}

const MESSAGE_BEGIN = 0x80
const MESSAGE_END = 0x40
const CHUNK = 0x20
const SHORT = 0x10
const HAS_ID = 0x08
const TYPE_NAME_MASK = 0x07
const WELL_KNOWN = 0x01
const UTF_16 = 0x80
const LANGUAGE_LENGTH_MASK = 0x3f

/** By their codes, from 0 on (URI Record Type Definition §3.2.2). */
const uriPrefixes = [
  '',
  'http://www.',
  'https://www.',
  'http://',
  'https://',
  'tel:',
  'mailto:',
  'ftp://anonymous:anonymous@',
  'ftp://ftp.',
  'ftps://',
  'sftp://',
  'smb://',
  'nfs://',
  'ftp://',
  'dav://',
  'news:',
  'telnet://',
  'imap:',
  'rtsp://',
  'urn:',
  'pop:',
  'sip:',
  'sips:',
  'tftp:',
  'btspp://',
  'btl2cap://',
  'btgoep://',
  'tcpobex://',
  'irdaobex://',
  'file://',
  'urn:epc:id:',
  'urn:epc:tag:',
  'urn:epc:pat:',
  'urn:epc:raw:',
  'urn:epc:',
  'urn:nfc:',
]

/** The bytes of a message. Throws `order_invalid` for no record, and for a language code that is none. */
export const encodeNdef = (records: readonly NdefRecord[]): Uint8Array => {
  if (records.length === 0) throw new BridgeError('order_invalid', 'An NDEF message has at least one record.')
  return Uint8Array.from(
    records.flatMap((record, index) => {
      const payload =
        record.kind === 'uri' ? uriPayload(record.uri) : textPayload(record.language, record.text)
      const isShort = payload.length < 0x100
      const flags =
        (index === 0 ? MESSAGE_BEGIN : 0) |
        (index === records.length - 1 ? MESSAGE_END : 0) |
        (isShort ? SHORT : 0)
      const type = record.kind === 'uri' ? 'U' : 'T'
      const length = isShort ? [payload.length] : bigEndian(payload.length)
      return [flags | WELL_KNOWN, 1, ...length, type.charCodeAt(0), ...payload]
    }),
  )
}

const uriPayload = (uri: string): readonly number[] => {
  const prefix = uriPrefixes
    .filter((candidate) => uri.startsWith(candidate))
    .reduce((longest, candidate) => (candidate.length > longest.length ? candidate : longest))
  return [uriPrefixes.indexOf(prefix), ...new TextEncoder().encode(uri.slice(prefix.length))]
}

const textPayload = (language: string, text: string): readonly number[] => {
  if (!/^[A-Za-z0-9-]{1,63}$/.test(language)) {
    throw new BridgeError('order_invalid', 'The language of an NDEF text is no language code.')
  }
  return [language.length, ...new TextEncoder().encode(language + text)]
}

const bigEndian = (value: number): readonly number[] =>
  [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff)

/**
 * The records of a message, or undefined when it is cut short, goes on behind its last record, or has chunks. A text or
 * URI that is malformed in itself comes as `other`. Never throws; its work is bounded by the number of bytes.
 */
export const decodeNdef = (message: Uint8Array): readonly (NdefRecord | ForeignRecord)[] | undefined => {
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength)
  const records: (NdefRecord | ForeignRecord)[] = []
  let offset = 0
  let flags = 0
  while ((flags & MESSAGE_END) === 0) {
    // Flags, length of the type, length of the payload in one byte or four, length of the id where there is one.
    flags = message[offset] ?? CHUNK
    const isFirst = records.length === 0
    if ((flags & CHUNK) !== 0 || ((flags & MESSAGE_BEGIN) !== 0) !== isFirst) return undefined
    const lengthSize = (flags & SHORT) === 0 ? 4 : 1
    const headerSize = 2 + lengthSize + ((flags & HAS_ID) === 0 ? 0 : 1)
    if (offset + headerSize > message.length) return undefined
    const typeSize = view.getUint8(offset + 1)
    const payloadSize = lengthSize === 1 ? view.getUint8(offset + 2) : view.getUint32(offset + 2)
    const idSize = (flags & HAS_ID) === 0 ? 0 : view.getUint8(offset + headerSize - 1)
    const typeAt = offset + headerSize
    const payloadAt = typeAt + typeSize + idSize
    offset = payloadAt + payloadSize
    const type = message.slice(typeAt, typeAt + typeSize)
    records.push(recordOf(flags & TYPE_NAME_MASK, type, message.slice(payloadAt, offset)))
  }
  return offset === message.length ? records : undefined
}

const recordOf = (typeName: number, type: Uint8Array, payload: Uint8Array): NdefRecord | ForeignRecord => {
  const name = typeName === WELL_KNOWN && type.length === 1 ? String.fromCharCode(...type) : ''
  const record = name === 'U' ? uriOf(payload) : name === 'T' ? textOf(payload) : undefined
  return record ?? { kind: 'other', typeName, type, payload }
}

/** A prefix code that is not assigned stands for none (URI Record Type Definition §3.2.2). */
const uriOf = (payload: Uint8Array): NdefRecord | undefined => {
  const [code] = payload
  const rest = decodeText(payload.subarray(1), 'utf-8')
  return code === undefined || rest === undefined
    ? undefined
    : { kind: 'uri', uri: (uriPrefixes[code] ?? '') + rest }
}

const textOf = (payload: Uint8Array): NdefRecord | undefined => {
  const [status] = payload
  if (status === undefined) return undefined
  const textAt = 1 + (status & LANGUAGE_LENGTH_MASK)
  if (textAt > payload.length) return undefined
  const content = payload.subarray(textAt)
  const language = decodeText(payload.subarray(1, textAt), 'utf-8')
  const isLittleEndian = content[0] === 0xff && content[1] === 0xfe
  const text = decodeText(
    content,
    (status & UTF_16) === 0 ? 'utf-8' : isLittleEndian ? 'utf-16le' : 'utf-16be',
  )
  return language === undefined || text === undefined ? undefined : { kind: 'text', language, text }
}

const decodeText = (bytes: Uint8Array, encoding: 'utf-8' | 'utf-16le' | 'utf-16be'): string | undefined => {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
