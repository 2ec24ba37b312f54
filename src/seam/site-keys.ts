import { z } from 'zod'
import type { FromHub } from '../contract/channel.ts'
import { BridgeError } from '../contract/errors.ts'
import type { SiteKeys } from '../contract/site-keys.ts'

type Welcome = Extract<FromHub, { type: 'welcome' }>['body']

const KEY_BYTES = 32

const parseKey = (text: string, version: number): Uint8Array => {
  const binary = z.base64().safeParse(text).success ? atob(text) : ''
  const key = Uint8Array.from(binary, (character) => character.charCodeAt(0))
  if (!Number.isInteger(version) || version < 1 || version > 255 || key.byteLength !== KEY_BYTES) {
    throw new BridgeError('hub_protocol', 'The welcome holds a site key that is none.')
  }
  return key
}

const isSame = (a: Uint8Array, b: Uint8Array): boolean => a.every((byte, index) => byte === b[index])

/**
 * What the journal should hold after a welcome, or null when it holds it already. Keys that the hub no longer names are
 * kept: cards written under them are still out there. Throws `hub_protocol` for keys that are none, and for another key
 * under a known version: taking it would make every card of the site foreign in silence.
 */
export const mergeSiteKeys = (known: SiteKeys | null, offered: Welcome['site_keys']): SiteKeys | null => {
  const keys = new Map(known?.keys)
  for (const [version, text] of Object.entries(offered.keys)) {
    const key = parseKey(text, Number(version))
    const before = keys.get(Number(version))
    if (before !== undefined && !isSame(before, key)) {
      throw new BridgeError(
        'hub_protocol',
        `Site key ${version} differs from the one that cards were written under here; pair again if this is another site.`,
      )
    }
    keys.set(Number(version), key)
  }
  if (!keys.has(offered.current)) {
    throw new BridgeError(
      'hub_protocol',
      `The welcome names site key ${offered.current} and does not hold it.`,
    )
  }
  const isUnchanged = known?.current === offered.current && known.keys.size === keys.size
  return isUnchanged ? null : { current: offered.current, keys }
}
