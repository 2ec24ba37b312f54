import type { TypeACard } from '../../src/emulation/emulated-card.ts'
import type { ReaderModel } from './emulator-models.ts'

/** RID of the PC/SC workgroup, behind tag 4F and the length of what follows up to the unused bytes. */
const APPLICATION = [0x4f, 0x0c, 0xa0, 0x00, 0x00, 0x03, 0x06]
const TYPE_A_PART_3 = 0x03

/** The ATR that a reader makes up for a storage card of type A (PC/SC part 3, §3.1.3.2.3). */
export const atrOf = ({ technology, sak }: TypeACard, { cardNames }: ReaderModel): Uint8Array => {
  const name = cardNames[technology] ?? 0xff00 | sak
  const body = [0x8f, 0x80, 0x01, 0x80, ...APPLICATION, TYPE_A_PART_3, name >> 8, name & 0xff, 0, 0, 0, 0]
  return Uint8Array.of(
    0x3b,
    ...body,
    body.reduce((check, byte) => check ^ byte, 0),
  )
}
