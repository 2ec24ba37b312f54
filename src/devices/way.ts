import { parseLinkPath } from '../contract/link-path.ts'
import type { TransportKind } from '../contract/transport.ts'
import { isListed } from './candidate.ts'

/**
 * Whether a path of the configuration leads over a network. Then it says by itself what the device is: nobody lists it, nothing
 * can be plugged in in its place. Throws `config_invalid` for a path that is none.
 */
export const isOnNetwork = (path: string | null): path is string =>
  path !== null && parseLinkPath(path) !== null

/** How a driver's device is reached, before it was found: as its path says, else by the first way that the computer lists. */
export const usualWay = (transports: readonly TransportKind[], path: string | null): TransportKind | null => {
  const link = path === null ? null : parseLinkPath(path)
  return link?.transport ?? transports.find(isListed) ?? transports[0] ?? null
}
