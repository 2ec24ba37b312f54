import type { DriverManifest } from '../contract/driver.ts'
import type { EncoderView } from '../contract/encoders.ts'
import type { EncoderId } from '../contract/ids.ts'

/** True when the encoder answers, whoever holds it. */
export const isConnected = ({ state }: EncoderView): boolean => state === 'ready' || state === 'leased'

/** The names of some encoders for a sentence: `Front Desk or Back Office`. */
export const namesOf = (encoders: readonly EncoderView[], ids: readonly EncoderId[]): string =>
  encoders
    .filter((encoder) => ids.includes(encoder.encoderId))
    .map((encoder) => encoder.name)
    .join(' or ') || 'the encoder'

/** How cards are shown to these encoders: as the first of them wants it. */
export const presentationOf = (
  encoders: readonly EncoderView[],
  ids: readonly EncoderId[],
): DriverManifest['presentation'] =>
  encoders.find((encoder) => ids.includes(encoder.encoderId))?.presentation ?? 'field'
