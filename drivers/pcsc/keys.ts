import { BridgeError, type MifareKey } from 'encoder-bridge/driver'
import { equalBytes } from '../../src/wire/bytes.ts'
import * as pcsc from './protocol.ts'
import type { KeyPlace } from './readers.ts'

const KEY_BYTES = 6

/** The keys in the reader's memory. A card is never sent a key, but the number of its slot. */
export interface Keys {
  /** Loads the key unless it is loaded. Rejects `device_fault` when the reader takes it nowhere. */
  load(key: MifareKey): Promise<KeyPlace>
  /** Puts zeros in place of a key that the reader would keep until it loses power. */
  wipe(): Promise<void>
  /** Another program may have put another key there. */
  forget(): void
}

export const createKeys = (
  places: readonly KeyPlace[],
  exchange: (apdu: Uint8Array) => Promise<Uint8Array>,
): Keys => {
  /** The places that this reader has not refused yet. */
  let usable = places
  let loaded: { readonly place: KeyPlace; readonly value: Uint8Array } | undefined
  let used: KeyPlace | undefined

  const forget = (): void => {
    loaded?.value.fill(0)
    loaded = undefined
  }

  return {
    forget,
    load: async ({ value }) => {
      if (loaded !== undefined && equalBytes(loaded.value, value)) return loaded.place
      forget()
      let refusal = pcsc.STATUS_OK
      for (const place of usable) {
        const { status } = pcsc.decodeAnswer(await exchange(pcsc.loadKey(place, value)))
        if (status === pcsc.STATUS_OK) {
          usable = [place]
          loaded = { place, value: value.slice() }
          used = place
          return place
        }
        refusal = status
      }
      throw new BridgeError('device_fault', `The reader takes no key: ${pcsc.describeStatus(refusal)}.`)
    },
    wipe: async () => {
      forget()
      // Memory that lasts also wears: what is there stays until the next key.
      if (used?.structure !== 0x00) return
      await exchange(pcsc.loadKey(used, new Uint8Array(KEY_BYTES)))
      used = undefined
    },
  }
}
