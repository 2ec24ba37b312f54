import type { TransportKind } from '../contract/transport.ts'

/** Ways to a device that the computer lists. What is on a network, or inside this process, is in no list. */
export type ListedKind = Exclude<TransportKind, 'none' | 'tcp' | 'http'>

export const isListed = (kind: TransportKind): kind is ListedKind =>
  kind !== 'none' && kind !== 'tcp' && kind !== 'http'

/** Something that is plugged in, seen without touching it. What it does not tell is null. */
export interface Candidate {
  readonly transport: ListedKind
  /** An OS path, or a reader's name. */
  readonly path: string
  /** USB identity, four hexadecimal digits in lower case. */
  readonly vendorId: string | null
  readonly productId: string | null
  readonly serialNumber: string | null
  /** Where it is plugged in: bus and ports, like `1-2.3`. */
  readonly usbPath: string | null
  /** Which of the device's USB interfaces it is; 0 where there is one. */
  readonly interfaceNumber: number
  /** The top-level collection of a HID device. */
  readonly usagePage: number | null
  readonly usage: number | null
  /** Manufacturer and product, for people; may be empty. */
  readonly label: string
}

/**
 * What a device says of itself, as one line of text: a serial number with escape sequences or line ends would reach logs,
 * terminals and the journal.
 */
export const plainText = (told: string): string => told.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, '\uFFFD')

/** Digits in a row, one character over and over, a first number, a word for nothing. */
const isCounted = (text: string): boolean =>
  text.length >= 4 && ['0123456789abcdef', '1234567890abcdef'].some((row) => row.startsWith(text))
const NOTHING = /^(?:(.)\1*|0*1|none|n\/a|serial(?: ?number)?)$/

/** Whether a serial number tells one device from another: some makers leave the same one in by the thousand. */
export const isTelling = (serialNumber: string | null): serialNumber is string => {
  const text = serialNumber?.trim().toLowerCase() ?? ''
  return text !== '' && !isCounted(text) && !NOTHING.test(text)
}

/** Begins the identity that is only a place, and gives way to any better one. */
const PLACE = 'path:'

export const placeIdentity = (path: string): string => `${PLACE}${path}`

/** Whether an identity is that of a device or port, and not merely where the device was. */
export const isFirm = (identity: string): boolean => !identity.startsWith(PLACE)

/** The identity of a device that tells its serial number by its protocol alone; null where that tells nothing. */
export const toldIdentity = (driverId: string, serialNumber: string | null): string | null =>
  isTelling(serialNumber) ? `told:${driverId}:${plainText(serialNumber.trim())}` : null

/** pcscd puts the USB serial number into a reader's name: `ACS ACR1252 [PICC] (0123AB) 00 00`. */
const READER = /^(?<model>.+) \((?<serialNumber>[^()]+)\) [0-9A-F]{2} [0-9A-F]{2}$/i

/**
 * By what a device can be known again, best first: the USB serial number, then the port that it is plugged into, with the kind
 * of device that belongs there. Empty where it is known by its path alone.
 */
export const identitiesOf = (candidate: Candidate): readonly string[] => {
  const { vendorId, productId, serialNumber, usbPath, interfaceNumber } = candidate
  // What types is a face of its own: the same device may be read as a HID device too.
  const face = candidate.transport === 'keyboard' ? ':keyboard' : ''
  const part = `${interfaceNumber === 0 ? '' : `:${interfaceNumber}`}${face}`
  const kind = `${vendorId}:${productId}`
  const reader = candidate.transport === 'pcsc' ? READER.exec(candidate.path)?.groups : undefined
  const readerSerial = reader?.['serialNumber'] ?? null
  return [
    ...(vendorId !== null && isTelling(serialNumber) ? [`usb:${kind}:${serialNumber.trim()}${part}`] : []),
    ...(vendorId !== null && usbPath !== null ? [`port:${usbPath}:${kind}${part}`] : []),
    ...(isTelling(readerSerial) ? [`reader:${reader?.['model']}:${readerSerial}`] : []),
  ]
}

/**
 * What is on no port, like Bluetooth, and is listed twice: as a HID device, and as a keyboard, which does not tell its maker.
 * The kernel gives both the radio's address for their serial number (HID_UNIQ, EVIOCGUNIQ).
 */
const areFacesWithoutPort = (one: Candidate, other: Candidate): boolean =>
  one.transport !== other.transport &&
  [one, other].every(
    ({ transport, usbPath }) => usbPath === null && ['hid', 'keyboard'].includes(transport),
  ) &&
  isTelling(one.serialNumber) &&
  one.serialNumber.toLowerCase() === other.serialNumber?.toLowerCase()

/** Tells the faces of one device (collections of a HID device, a keyboard beside it) from another device. */
export const isSameDevice = (one: Candidate, other: Candidate): boolean =>
  areFacesWithoutPort(one, other) ||
  (one.vendorId === other.vendorId &&
    one.productId === other.productId &&
    one.serialNumber === other.serialNumber &&
    one.interfaceNumber === other.interfaceNumber &&
    (one.usbPath === null ? one.path === other.path : one.usbPath === other.usbPath))

/** The best identity that no other device beside it has too, or its place where there is none. */
export const identityAmong = (candidate: Candidate, all: readonly Candidate[]): string =>
  identitiesOf(candidate).find((identity) =>
    all.every((other) => isSameDevice(candidate, other) || !identitiesOf(other).includes(identity)),
  ) ?? placeIdentity(candidate.path)

/** A candidate as people tell it from another: `/dev/ttyUSB0 (FTDI FT232R, serial number A5, port 1-2)`. */
export const describeCandidate = (candidate: Candidate): string => {
  const facts = [
    candidate.label,
    candidate.serialNumber === null ? '' : `serial number ${candidate.serialNumber}`,
    candidate.usbPath === null ? '' : `port ${candidate.usbPath}`,
  ].filter((fact) => fact !== '')
  return facts.length === 0 ? candidate.path : `${candidate.path} (${facts.join(', ')})`
}
