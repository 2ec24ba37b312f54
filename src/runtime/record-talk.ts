import { transportKey } from '../cards/mifare-classic.ts'
import type { Card, CardAddress } from '../contract/card.ts'
import type { CardDevice, Device } from '../contract/device.ts'
import { BridgeError } from '../contract/errors.ts'
import { waitForSign } from '../devices/wait-for-sign.ts'

/** A place that a card as delivered opens to everybody; null where the technology has none. */
const openPlaceOf = ({ technology }: Card): CardAddress | null => {
  if (technology.startsWith('mifare-classic')) return { kind: 'block', block: 4, key: transportKey }
  if (technology.startsWith('mifare-ultralight') || technology.startsWith('ntag')) {
    return { kind: 'page', page: 4, password: null }
  }
  if (technology === 't5577') return { kind: 'lfBlock', block: 1 }
  return technology === 'magstripe' ? { kind: 'tracks', coercivity: 'lo' } : null
}

interface Talk {
  onPrompt(prompt: string): void
  /** What has crossed the line since the last end is one exchange. */
  endExchange(name: string, card?: Card): void
  readonly signal: AbortSignal
}

const talkWithCardDevice = async (
  device: CardDevice,
  { onPrompt, endExchange, signal }: Talk,
): Promise<void> => {
  onPrompt('Show a test card as delivered: what is read from it is recorded.')
  const card = await device.waitForCard({ signal })
  endExchange('a card comes', card)
  const at = openPlaceOf(card)
  if (at !== null) {
    const failure = await device.read(card, at, { signal }).then(
      () => null,
      (error: unknown) => error,
    )
    if (signal.aborted) throw new BridgeError('aborted')
    endExchange(failure === null ? 'a place is read' : 'a place is refused', card)
  }
  await device.release({ signal })
  endExchange('the card is released', card)
}

/** Has the device show what it can without a write. Rejects `aborted`, and as the device does. */
export const talkWith = async (device: Device, talk: Talk): Promise<void> => {
  await device.probe({ signal: talk.signal })
  talk.endExchange('a sign of life')
  if (device.kind === 'card') return talkWithCardDevice(device, talk)
  // Whatever else a lock system is asked makes a key, or tells of a guest's.
  if (device.kind === 'keySystem') return
  talk.onPrompt('Show it a test card or code that is no secret: what is read is recorded.')
  await waitForSign(device, talk.signal)
  talk.endExchange('something is read')
}
