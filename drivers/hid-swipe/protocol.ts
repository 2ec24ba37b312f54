/**
 * What swipe readers in HID mode say. One input report for each swipe, without a number:
 *
 *     0–2 status | 3–5 length | 6 encode type | 7–116 track 1 | 117–226 track 2 | 227–336 track 3     MagTek
 *     0–2 status | 3–5 length | 6 encode type | 7–8 length of all | 9– edited text                   ID TECH
 *
 * MagTek 99875191 (USB HID Swipe Reader), section 4; ID TECH 80066510-001 (MiniMag USB/HID quick start), "HID report".
 * @module
 */
import { BridgeError } from 'encoder-bridge/driver'
import { isPaymentTrack, type TrackNumber } from '../../src/cards/iso7811.ts'

const MAGTEK_REPORT_BYTES = 337
const TRACK_BYTES = 110
const MAGTEK_TEXT_AT = 7
const ID_TECH_TEXT_AT = 9
/** The SecureHead manual has some bytes more (§4.1.1). */
const ID_TECH_MIN_BYTES = 509
const trackNumbers = [1, 2, 3] as const

/** A swipe: the texts of the three tracks with their sentinels, '' for an empty one; or why there are none. */
export type Swipe =
  | { readonly kind: 'read'; readonly tracks: readonly [string, string, string] }
  | { readonly kind: 'misread'; readonly reason: string }

const misread = (reason: string): Swipe => ({ kind: 'misread', reason })
const foreignFormat = misread('The report of the reader has no format that is read here.')

/**
 * Reads an input report. Payment cards are misreads, and so is a swipe with a track that could not be decoded: half a card
 * is no card. The reason never says what is on the stripe.
 */
export const decodeReport = (report: Uint8Array): Swipe => {
  const failed = trackNumbers.filter((track) => ((report[track - 1] ?? 0) & 0x01) !== 0)
  const tracks = report.length === MAGTEK_REPORT_BYTES ? magtekTracks(report) : idTechTracks(report)
  if (tracks === undefined) return foreignFormat
  if (failed.length > 0) return misread(`Unreadable: track ${failed.join(' and ')}.`)
  if (tracks.every((text) => text === '')) return misread('The stripe is blank.')
  if (trackNumbers.some((track) => isPayment(track, tracks[track - 1] ?? ''))) {
    return misread('It is a payment card, and those are not read.')
  }
  return { kind: 'read', tracks }
}

/** Readers may put another start sentinel before a track than the one that is recorded (`+` and others for track 3). */
const isPayment = (track: TrackNumber, text: string): boolean =>
  isPaymentTrack(track, track === 1 ? text : text.replace(/^\D/, ''))

/** The bytes as text, or undefined when they are none. `isEdited` lets through what an edited text may have between tracks. */
const textOf = (bytes: Uint8Array, isEdited = false): string | undefined => {
  const text = String.fromCharCode(...bytes)
  return (isEdited ? /^[\t\n\r -~]*$/ : /^[ -~]*$/).test(text) ? text : undefined
}

/** The bytes behind each length are whatever was there before. */
const magtekTracks = (report: Uint8Array): readonly [string, string, string] | undefined => {
  const [first, second, third] = trackNumbers.map((track) => {
    const length = report[2 + track] ?? 0
    const at = MAGTEK_TEXT_AT + (track - 1) * TRACK_BYTES
    return length > TRACK_BYTES ? undefined : textOf(report.subarray(at, at + length))
  })
  return first === undefined || second === undefined || third === undefined
    ? undefined
    : [first, second, third]
}

/** Sentinels of the edited text, in the order of the tracks; what stands between them is the editing. */
const framed = { 1: /%[^?]*\?/, 2: /;[^?]*\?/, 3: /[;+#&][^?]*\?/ } as const

const idTechTracks = (report: Uint8Array): readonly [string, string, string] | undefined => {
  let rest = idTechText(report)
  const tracks: [string, string, string] = ['', '', '']
  for (const track of trackNumbers) {
    if ((report[2 + track] ?? 0) === 0) continue
    const found = rest === undefined ? null : framed[track].exec(rest)
    if (found === null) return undefined
    tracks[track - 1] = found[0]
    rest = rest?.slice(found.index + found[0].length)
  }
  return rest === undefined ? undefined : tracks
}

/**
 * The byte order of the length is *unverified*. Of its two readings one is longer than the text may be, except for lengths
 * of 1 and 256, and one character is no swipe. Text that is encrypted is no text.
 */
const idTechText = (report: Uint8Array): string | undefined => {
  const [low = 0, high = 0] = report.subarray(7, ID_TECH_TEXT_AT)
  if (report.length < ID_TECH_MIN_BYTES) return undefined
  const maxBytes = report.length - ID_TECH_TEXT_AT
  const lengths = [low + 256 * high, 256 * low + high].filter((length) => length <= maxBytes)
  if (lengths.length === 0) return undefined
  return textOf(report.subarray(ID_TECH_TEXT_AT, ID_TECH_TEXT_AT + Math.max(...lengths)), true)
}

/** Feature reports, in both directions: command or result, length, up to 22 bytes of data (99875191, "Commands"). */
export const featureSizeBytes = 24
const RESULT_SUCCESS = 0x00

export type Property = 'softwareId' | 'serialNumber'
const propertyIds: Readonly<Record<Property, number>> = { softwareId: 0x00, serialNumber: 0x01 }

/** GET PROPERTY: 00, one byte of data, the property. */
export const getProperty = (property: Property): Uint8Array => {
  const report = new Uint8Array(featureSizeBytes)
  report.set([0x00, 0x01, propertyIds[property]])
  return report
}

/** The value of a text property, or undefined when the reader refuses to tell it. Throws `protocol_error`. */
export const decodeProperty = (answer: Uint8Array): string | undefined => {
  const [result, length] = answer
  if (answer.length !== featureSizeBytes || result === undefined || length === undefined) {
    throw new BridgeError(
      'protocol_error',
      `An answer has ${answer.length} bytes instead of ${featureSizeBytes}.`,
    )
  }
  if (result !== RESULT_SUCCESS) return undefined
  const text = length > featureSizeBytes - 2 ? undefined : textOf(answer.subarray(2, 2 + length))
  if (text === undefined) throw new BridgeError('protocol_error', 'A property of the reader is no text.')
  return text
}
