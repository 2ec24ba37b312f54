import type { CardReading } from './layout.ts'

/**
 * What a card says by what its parts say: each a number, '' where it tells none, or null where it is not as the layout has it.
 * Parts that contradict one another are nobody's number.
 */
export const numberReading = (parts: readonly (string | null)[]): CardReading => {
  const foreign = { kind: 'foreign', reason: 'magic' } as const
  const numbers: string[] = []
  for (const part of parts) {
    if (part === null) return foreign
    if (part !== '') numbers.push(part)
  }
  const [cardNumber, ...others] = numbers
  return cardNumber === undefined || others.some((other) => BigInt(other) !== BigInt(cardNumber))
    ? foreign
    : { kind: 'number', cardNumber }
}
