import type { Device } from '../contract/device.ts'
import { BridgeError } from '../contract/errors.ts'
import { noUid, type CardUid } from '../contract/ids.ts'

/** A single-size identifier that begins like this is made anew at each power-up (ISO/IEC 14443-3, UID contents: uid0 is 08): a phone's. */
const isRandom = (uid: CardUid): boolean => uid.length === 8 && uid.startsWith('08')

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

/**
 * What the next card or code that is shown to the device is known by, as one text; the same badge gives the same text at every
 * device of its kind. Rejects `card_incompatible` for a card that can't be told from others, `not_supported` for a key system,
 * and as the device does.
 */
export const readBadge = async (device: Device, signal: AbortSignal): Promise<string> => {
  if (device.kind === 'keySystem') throw new BridgeError('not_supported')
  if (device.kind === 'card') {
    const { uid } = await device.waitForCard({ signal })
    if (uid === noUid || isRandom(uid)) {
      throw new BridgeError('card_incompatible', 'It has no number of its own that stays the same.')
    }
    return `uid:${uid}`
  }
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      stopReads()
      stopMisreads()
      signal.removeEventListener('abort', giveUp)
    }
    const giveUp = (): void => {
      stop()
      reject(new BridgeError('aborted'))
    }
    const stopReads = device.onRead(({ technology, data, bitCount }) => {
      stop()
      resolve(`${technology}:${bitCount ?? ''}:${hex(data)}`)
    })
    const stopMisreads = device.onMisread((error) => {
      stop()
      reject(error)
    })
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
  })
}
