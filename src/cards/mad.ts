/**
 * The MIFARE Application Directory: which sector of a MIFARE Classic card belongs to which application. It lies in blocks 1
 * and 2; that of the later sectors of a 4K card, in blocks 64 to 66, is not read here. Source: NXP AN10787.
 * @module
 */
import type { BlockAddress, MifareKey } from '../contract/card.ts'

/** Everybody's, on every card with a directory. */
const key: MifareKey = { type: 'A', value: Uint8Array.of(0xa0, 0xa1, 0xa2, 0xa3, 0xa4, 0xa5) }

/** Where the directory lies: both in one sector. */
export const madPlaces: readonly BlockAddress[] = [1, 2].map((block) => ({ kind: 'block', block, key }))

const DIRECTORY_BYTES = 32
/** The application identifier of NFC Forum data: function cluster E1, application 03. */
const NDEF = 0xe103
/** Function cluster 00 is the card's own administration: free sectors, defect ones, the card holder. */
const FIRST_APPLICATION = 0x0100

/** CRC-8 of a directory over its info byte and its identifiers: polynomial 1D, preset C7, no final XOR. */
const madCrc = (bytes: Uint8Array): number => {
  let crc = 0xc7
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & 0x80) === 0 ? 0 : 0x1d)) & 0xff
  }
  return crc
}

/**
 * The applications that the directory names, each once, in the order of their sectors: function cluster times 256 plus
 * application code. None for bytes that are no directory: of another length, or with a CRC that does not fit.
 */
export const applicationsIn = (directory: Uint8Array): readonly number[] => {
  if (directory.length !== DIRECTORY_BYTES || directory[0] !== madCrc(directory.subarray(1))) return []
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength)
  const owners = Array.from({ length: DIRECTORY_BYTES / 2 - 1 }, (_, index) =>
    view.getUint16(2 + 2 * index, true),
  )
  return [...new Set(owners.filter((owner) => owner >= FIRST_APPLICATION))]
}

/** An application for people: `0x4812`, `0xE103 (NDEF, for phones)`. */
export const applicationText = (application: number): string => {
  const id = `0x${application.toString(16).toUpperCase().padStart(4, '0')}`
  return application === NDEF ? `${id} (NDEF, for phones)` : id
}
