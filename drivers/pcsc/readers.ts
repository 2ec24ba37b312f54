/**
 * What differs between readers, by their names. pcscd names a reader "maker product [interface] (serial number) 00 00",
 * Windows "maker product 0".
 * @module
 */

/** Where LOAD KEYS (FF 82) puts a key: P1 and P2. Structure 00 is forgotten without power, 20 is kept for good. */
export interface KeyPlace {
  readonly structure: 0x00 | 0x20
  readonly slot: number
}

/** How a reader is told to blink and beep, and to tell its firmware. */
export type ReaderDialect = 'acr122u' | 'acr1252u'

/** A family of readers. */
export interface ReaderProfile {
  readonly model: string
  readonly name: RegExp
  /** In the order in which they are tried: volatile memory first, since the other wears and keeps the key. */
  readonly keyPlaces: readonly KeyPlace[]
  /** The maker's own commands, where they are documented. */
  readonly dialect: ReaderDialect | null
  /** Passes commands of the card through to it, as a PN532 does (FF 00 00 00 D4 42). */
  readonly hasDirectTransmit: boolean
}

const firstSlot: KeyPlace = { structure: 0x00, slot: 0x00 }
const sessionSlot: KeyPlace = { structure: 0x00, slot: 0x20 }
const lastingSlot: KeyPlace = { structure: 0x20, slot: 0x00 }

const profiles: readonly ReaderProfile[] = [
  {
    // ACR122U API V2.04, §5.1, §6: two volatile slots, direct transmit, LED and buzzer.
    model: 'ACS ACR122U',
    name: /ACR122/,
    keyPlaces: [firstSlot],
    dialect: 'acr122u',
    hasDirectTransmit: true,
  },
  {
    // ACM1252U-Y3 Reference Manual V1.03, §5.2.4.1: slots 00 and 01, volatile. The same for the ACR1552U: *unverified*.
    model: 'ACS ACR1252U, ACR1552U',
    name: /AC[MR]1[25]52/,
    keyPlaces: [firstSlot, sessionSlot],
    dialect: 'acr1252u',
    hasDirectTransmit: false,
  },
  {
    // ACR128 API v1.7, §7.1; ACM1281U-C7 Reference Manual V1.02, §5.1.3.1: one volatile "session key", slot 20.
    model: 'ACS ACR128, ACR1281U',
    name: /AC[MR]128/,
    keyPlaces: [sessionSlot, firstSlot, lastingSlot],
    dialect: null,
    hasDirectTransmit: false,
  },
  {
    // HID's sample loads into structure 20; a 5321 refused the volatile one with 69 86 (Stack Overflow 18830280).
    model: 'HID OMNIKEY',
    name: /OMNIKEY|CardMan/i,
    keyPlaces: [firstSlot, lastingSlot],
    dialect: null,
    hasDirectTransmit: false,
  },
]

/** A reader that only follows PC/SC part 3. */
const generalReader = {
  keyPlaces: [firstSlot, lastingSlot],
  dialect: null,
  hasDirectTransmit: false,
} as const

/** The profile of a reader; its name stands for the model when it is nobody's. */
export const profileOf = (readerName: string): ReaderProfile =>
  profiles.find(({ name }) => name.test(readerName)) ?? { ...generalReader, model: readerName, name: /^/ }

/** The serial number in a reader's name, as libccid writes it there. */
export const serialNumberOf = (readerName: string): string | null =>
  /\(([^()]+)\)(?: [0-9A-F]{2}){2}$/.exec(readerName)?.[1] ?? null
