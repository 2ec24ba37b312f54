/**
 * The access conditions of a sector by block position: three data positions, then the trailer; each the three bits
 * C1 C2 C3 as a number from 0 (000) to 7 (111). In 16-block sectors a data position stands for five blocks.
 */
export type AccessConditions = readonly [number, number, number, number]

/** Collects one bit of each position into a nibble: bit n is position n. `bit` 2 is C1, 1 is C2, 0 is C3. */
const nibbleOf = (conditions: AccessConditions, bit: number): number =>
  conditions.reduce((nibble, condition, position) => nibble | (((condition >> bit) & 1) << position), 0)

/** The three access bytes of a trailer, each bit stored plain and inverted (MF1S503x §8.7.1). */
export const encodeAccess = (conditions: AccessConditions): Uint8Array => {
  const c1 = nibbleOf(conditions, 2)
  const c2 = nibbleOf(conditions, 1)
  const c3 = nibbleOf(conditions, 0)
  return Uint8Array.of(((c2 ^ 15) << 4) | (c1 ^ 15), (c1 << 4) | (c3 ^ 15), (c3 << 4) | c2)
}

/** The conditions that three access bytes state, or undefined when plain and inverted bits disagree. */
export const decodeAccess = (bytes: Uint8Array): AccessConditions | undefined => {
  const [byte6, byte7, byte8] = bytes
  if (byte6 === undefined || byte7 === undefined || byte8 === undefined) return undefined
  const c1 = byte7 >> 4
  const c2 = byte8 & 15
  const c3 = byte8 >> 4
  const isConsistent = (byte6 & 15) === (c1 ^ 15) && byte6 >> 4 === (c2 ^ 15) && (byte7 & 15) === (c3 ^ 15)
  if (!isConsistent) return undefined
  const conditionAt = (position: number): number =>
    (((c1 >> position) & 1) << 2) | (((c2 >> position) & 1) << 1) | ((c3 >> position) & 1)
  return [conditionAt(0), conditionAt(1), conditionAt(2), conditionAt(3)]
}
