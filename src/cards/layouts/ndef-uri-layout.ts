import type { CardContent } from '../../contract/card-content.ts'
import type { Card, CardAddress, CardWrite } from '../../contract/card.ts'
import { BridgeError } from '../../contract/errors.ts'
import { encodeNdef } from '../ndef.ts'
import { checkCapability, ndefWrites, readNdef } from '../ndef-tag.ts'
import { capabilityPage, firstUserPage, userSizeBytes } from '../ntag.ts'
import { areaOf, bytesOf, usualStart } from './area.ts'
import type { Layout } from './layout.ts'
import { numberReading } from './number-reading.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'
import { fillTemplate, numberIn } from './template.ts'

/** A card number and a credential id of the greatest length: as much as the message may need. */
const longest: CardContent = {
  cardNumber: '9'.repeat(20),
  credentialId: 'f'.repeat(36),
  startsAt: '',
  endsAt: null,
}

/** What stands around a message: type, length of three bytes, terminator (NTAG213/215/216 §8.5.5). */
const TLV_BYTES = 5

/** Zeros, or an empty message, behind a lock control TLV or not. Whatever else no message is found in is somebody's. */
const holdsNoMessage = (bytes: Uint8Array): boolean =>
  /^(?:0*|(?:0103.{6})?0300.*)$/.test(Buffer.from(bytes).toString('hex'))

/** A layout of one NDEF URI on an NTAG or Ultralight: a phone opens it. */
export const createNdefUriLayout = (
  identity: LayoutIdentity,
  template: string,
  password: Uint8Array | null,
): Layout => {
  const writesOn = (content: CardContent, card: Card): readonly CardWrite[] => {
    checkTechnology(identity, card)
    return ndefWrites(card.technology, [{ kind: 'uri', uri: fillTemplate(template, content) }], password)
  }
  const readsOn = (card: Card): readonly CardAddress[] => {
    checkTechnology(identity, card)
    const capacityBytes = userSizeBytes(card.technology)
    if (capacityBytes === 0) {
      throw new BridgeError('card_incompatible', `A ${card.technology} card holds no NDEF.`)
    }
    const longestBytes =
      encodeNdef([{ kind: 'uri', uri: fillTemplate(template, longest) }]).length + TLV_BYTES
    const start = { ...usualStart, page: firstUserPage, password }
    return areaOf(card, start, Math.min(longestBytes, capacityBytes)).addresses
  }
  return {
    ...identity,
    bearsEnd: false,
    plan: writesOn,
    precondition: (plan) => ({
      at: { kind: 'page', page: capabilityPage, password },
      check: (found) => checkCapability(found, plan),
    }),
    reads: readsOn,
    parse: (found) => {
      const bytes = bytesOf({ addresses: [], unitSizeBytes: 4 }, found)
      if (holdsNoMessage(bytes)) return { kind: 'blank' }
      const reading = readNdef(bytes)
      const [record] = reading.kind === 'message' ? reading.records : []
      const number = record?.kind === 'uri' ? numberIn(template, record.uri) : null
      return numberReading([number])
    },
  }
}
