import type { CardTechnology, CardUid } from 'encoder-bridge/driver'
import { pageSizeBytes, technologyOfCapability, technologyOfVersion } from '../../src/cards/ntag.ts'
import * as pcsc from './protocol.ts'
import type { ReaderProfile } from './readers.ts'
import type { Selection } from './selection.ts'

const CAPABILITY_PAGE = 3

/** What kind of card is selected. It is selected afterwards too. */
export const identify = async (
  atr: Uint8Array,
  uid: CardUid,
  { hasDirectTransmit }: ReaderProfile,
  selection: Selection,
): Promise<CardTechnology> => {
  const technology = pcsc.technologyOfAtr(atr)
  if (technology !== 'mifare-ultralight') return technology
  return hasDirectTransmit ? askVersion(uid, selection) : readCapability(uid, selection)
}

/** The older chips refuse GET_VERSION, and every chip that refuses has to be selected again. */
const askVersion = async (uid: CardUid, { exchange, renew }: Selection): Promise<CardTechnology> => {
  const version = pcsc.decodeDirect(await exchange(pcsc.getVersion))
  if (version !== undefined) return technologyOfVersion(version)
  await renew(uid)
  const challenge = pcsc.decodeDirect(await exchange(pcsc.beginUltralightC))
  await renew(uid)
  return challenge?.[0] === 0xaf ? 'mifare-ultralight-c' : 'mifare-ultralight'
}

/** What is not told has to be read: the size that the capability container states. It does not tell every chip. */
const readCapability = async (uid: CardUid, { exchange, renew }: Selection): Promise<CardTechnology> => {
  const { status, data } = pcsc.decodeAnswer(await exchange(pcsc.read(CAPABILITY_PAGE)))
  if (status !== pcsc.STATUS_OK) {
    await renew(uid)
    return 'mifare-ultralight'
  }
  return technologyOfCapability(data.slice(0, pageSizeBytes)) ?? 'mifare-ultralight'
}
