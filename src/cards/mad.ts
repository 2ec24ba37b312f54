/**
 * The MIFARE Application Directory: which sector of a MIFARE Classic card belongs to which application. MAD1 lies in blocks
 * 1 and 2; 4K cards have MAD2 in blocks 64 to 66 besides. Key A of both sectors is A0 A1 A2 A3 A4 A5, on every card.
 * Source: NXP AN10787.
 * @module
 */

/** The application identifier of NFC Forum data: function cluster E1, application 03. */
export const ndefApplication = 0xe103

/** What byte 9 of sector 0's trailer, the general purpose byte, says. Version null: no directory, or an unknown one. */
export interface MadInfo {
  readonly version: 1 | 2 | null
  readonly isMultiApplication: boolean
}

export const decodeGeneralPurposeByte = (byte: number): MadInfo => {
  const version = byte & 3
  const hasDirectory = (byte & 0x80) !== 0
  return {
    version: hasDirectory && (version === 1 || version === 2) ? version : null,
    isMultiApplication: (byte & 0x40) !== 0,
  }
}

/** CRC-8 of a directory over its info byte and its identifiers: polynomial 1D, preset C7, no final XOR. */
export const madCrc = (bytes: Uint8Array): number => {
  let crc = 0xc7
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = ((crc << 1) ^ ((crc & 0x80) === 0 ? 0 : 0x1d)) & 0xff
  }
  return crc
}

/**
 * The application of each sector by its number: function cluster times 256 plus application code; cluster 00 is
 * administrative (0000 free, 0001 defect). `directory` is its blocks one after the other, 32 bytes for MAD1
 * or 48 for MAD2. Undefined for another length or a CRC that does not fit.
 */
export const decodeMad = (directory: Uint8Array): ReadonlyMap<number, number> | undefined => {
  const firstSector = directory.length === 32 ? 1 : 17
  const isWhole = directory.length === 32 || directory.length === 48
  if (!isWhole || directory[0] !== madCrc(directory.subarray(1))) return undefined
  const view = new DataView(directory.buffer, directory.byteOffset, directory.byteLength)
  return new Map(
    Array.from({ length: directory.length / 2 - 1 }, (_, index) => [
      firstSector + index,
      view.getUint16(2 + 2 * index, true),
    ]),
  )
}

/** The sectors of an application, in the order of their numbers. */
export const sectorsOf = (application: number, directory: ReadonlyMap<number, number>): readonly number[] =>
  [...directory].filter(([, owner]) => owner === application).map(([sector]) => sector)
