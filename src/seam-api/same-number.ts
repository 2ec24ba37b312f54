/** Cards may be written with leading zeros in one place and without in another; anything else is compared as it stands. */
export const sameNumber = (one: string, other: string): boolean =>
  one === other || (/^\d+$/.test(one) && /^\d+$/.test(other) && BigInt(one) === BigInt(other))
