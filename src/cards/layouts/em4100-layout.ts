import type { Card, CardAddress } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { decodeEm4100, em4100IdSizeBytes } from '../em4100.ts'
import { t5577AsEm4100 } from '../t5577.ts'
import type { Layout } from './layout.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'

/** What a T5577 sends as an EM4100: its data blocks. */
const dataBlocks: readonly CardAddress[] = [1, 2].map((block) => ({ kind: 'lfBlock', block }))

/** The card number as the 40 bits of an EM4100. Throws `order_invalid`. */
const idOf = (cardNumber: string): Uint8Array => {
  const value = BigInt(cardNumber)
  if (value >> BigInt(em4100IdSizeBytes * 8) !== 0n) {
    throw new BridgeError('order_invalid', 'The card number is longer than the 40 bits of an EM4100.')
  }
  return Uint8Array.from({ length: em4100IdSizeBytes }, (_, index) =>
    Number((value >> BigInt((em4100IdSizeBytes - 1 - index) * 8)) & 0xffn),
  )
}

/**
 * A layout that makes a T5577 answer as an EM4100 whose ID is the card number. An EM4100 is a plain number that anyone can copy:
 * it identifies, it does not prove.
 */
export const createEm4100Layout = (identity: LayoutIdentity): Layout => {
  const readsOn = (card: Card): readonly CardAddress[] => {
    checkTechnology(identity, card)
    return dataBlocks
  }
  return {
    ...identity,
    bearsEnd: false,
    plan: (content, card) => {
      checkTechnology(identity, card)
      return t5577AsEm4100(idOf(content.cardNumber))
    },
    reads: readsOn,
    parse: (found) => {
      const stream = Uint8Array.from(found.flatMap((block) => [...block]))
      if (stream.every((byte) => byte === 0)) return { kind: 'blank' }
      const id = stream.length === 8 ? decodeEm4100(stream) : undefined
      return id === undefined
        ? { kind: 'foreign', reason: 'magic' }
        : { kind: 'number', cardNumber: BigInt(`0x${Buffer.from(id).toString('hex')}`).toString() }
    },
  }
}
