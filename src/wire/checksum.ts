/** The byte that brings the sum of `bytes` to 0 modulo 256. */
export const complementSum8 = (bytes: Iterable<number>): number => {
  let sum = 0
  for (const byte of bytes) sum += byte
  return -sum & 0xff
}
