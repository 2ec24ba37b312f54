import { BridgeError, type EmulatedCardOptions } from '../contract/index.ts'
import { createEm4100 } from './em4100.ts'
import type { EmulatedCard } from './emulated-card.ts'
import { createMifareClassic } from './mifare-classic.ts'
import { createPageCard } from './page-card.ts'
import { createStripeCard } from './stripe-card.ts'
import { createT5577 } from './t5577.ts'

/** Makes the card that `type` names. Throws `request_invalid` for a type that there is not, a bad UID, or too much memory. */
export const createCard = ({ type, memory }: EmulatedCardOptions, uid: Uint8Array): EmulatedCard => {
  switch (type) {
    case 'mini':
    case 'mifare-classic-mini':
      return createMifareClassic('mifare-classic-mini', uid, memory)
    case 'classic1k':
    case 'mifare-classic-1k':
      return createMifareClassic('mifare-classic-1k', uid, memory)
    case 'classic4k':
    case 'mifare-classic-4k':
      return createMifareClassic('mifare-classic-4k', uid, memory)
    case 'ultralight':
    case 'mifare-ultralight':
      return createPageCard('mifare-ultralight', uid, memory)
    case 'mifare-ultralight-c':
    case 'mifare-ultralight-ev1-48':
    case 'mifare-ultralight-ev1-128':
    case 'ntag213':
    case 'ntag215':
    case 'ntag216':
      return createPageCard(type, uid, memory)
    case 'em4100':
      return createEm4100(uid, memory)
    case 't5577':
      return createT5577(uid, memory)
    case 'magstripe':
      return createStripeCard('hi', uid, memory)
    case 'magstripe-loco':
      return createStripeCard('lo', uid, memory)
    default:
      throw new BridgeError(
        'request_invalid',
        `There is no card type "${type}": classic1k, classic4k, mini, ultralight, mifare-ultralight-c, ` +
          'mifare-ultralight-ev1-48, mifare-ultralight-ev1-128, ntag213, ntag215, ntag216, em4100, t5577, magstripe.',
      )
  }
}
