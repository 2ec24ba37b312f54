import { BridgeError, type Indication, isBridgeError } from 'encoder-bridge/driver'
import type { Link } from './link.ts'
import * as pcsc from './protocol.ts'
import type { ReaderProfile } from './readers.ts'

const LIGHT_MS = 900
const beepMs = { identify: 200, success: 100, failure: 600 } as const
const lights = { identify: pcsc.RED | pcsc.GREEN, success: pcsc.GREEN, failure: pcsc.RED } as const

/**
 * Blinks and beeps for about a second. Rejects `not_supported` for a reader without documented signals, and when there is
 * neither a right to send escape commands nor a card to send one by.
 */
export const indicate = async (
  link: Link,
  { dialect, model }: ReaderProfile,
  what: Indication,
  isConnected: boolean,
): Promise<void> => {
  if (dialect === null) throw new BridgeError('not_supported', `No signals of the ${model} are known.`)
  try {
    if (dialect === 'acr1252u') await signalAcr1252(link, what)
    else pcsc.checkSignal(await link.escape(pcsc.acr122Signals[what]))
  } catch (error) {
    if (!isBridgeError(error, 'not_supported') || link.state?.kind !== 'present') throw error
    await signalByCard(link, what, isConnected)
  }
}

/** Both families take the signal of the ACR122U like a command to a card, which does not see it. */
const signalByCard = async (link: Link, what: Indication, isConnected: boolean): Promise<void> => {
  if (!isConnected) await link.connect()
  try {
    pcsc.checkSignal(await link.transmit(pcsc.acr122Signals[what]))
  } finally {
    if (!isConnected) await link.finish(() => link.disconnect(false))
  }
}

const signalAcr1252 = async (link: Link, what: Indication): Promise<void> => {
  await link.escape(pcsc.acr1252Light(lights[what]))
  try {
    await link.escape(pcsc.acr1252Beep(beepMs[what]))
    await link.pause(LIGHT_MS)
  } finally {
    await link.finish(() => link.escape(pcsc.acr1252Light(0)))
  }
}
