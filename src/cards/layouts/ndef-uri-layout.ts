import type { CardContent } from '../../contract/card-content.ts'
import type { Card, CardAddress, CardWrite } from '../../contract/card.ts'
import { ndefWrites, readNdef } from '../ndef-tag.ts'
import { firstUserPage } from '../ntag.ts'
import { lastWrites } from '../places.ts'
import { areaOf, bytesOf, usualStart } from './area.ts'
import type { Layout } from './layout.ts'
import { checkTechnology, type LayoutIdentity } from './record-layout.ts'
import { fillTemplate, numberIn } from './template.ts'

/** A card number and a credential id of the greatest length: as much as the message may need. */
const longest: CardContent = {
  cardNumber: '9'.repeat(20),
  credentialId: 'f'.repeat(36),
  startsAt: '',
  endsAt: null,
}

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
    const most = lastWrites(writesOn(longest, card)).length
    return areaOf(card, { ...usualStart, page: firstUserPage, password }, most * 4).addresses
  }
  return {
    ...identity,
    plan: writesOn,
    reads: readsOn,
    parse: (found) => {
      const reading = readNdef(bytesOf({ addresses: [], unitSizeBytes: 4 }, found))
      if (reading.kind === 'none') return { kind: 'blank' }
      const [record] = reading.kind === 'message' ? reading.records : []
      const cardNumber = record?.kind === 'uri' ? numberIn(template, record.uri) : null
      return cardNumber === null ? { kind: 'foreign', reason: 'magic' } : { kind: 'number', cardNumber }
    },
  }
}
