/** Decimal digits below 2^64: what a record and the channel can hold. */
export const isCardNumber = (text: string | null | undefined): text is string =>
  text != null && /^\d{1,20}$/.test(text) && BigInt(text) < 2n ** 64n
