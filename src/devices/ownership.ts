import { BridgeError } from '../contract/errors.ts'
import { type Candidate, describeCandidate, identitiesOf, isFirm, placeIdentity } from './candidate.ts'

/** Which device is set up under each name: kept beyond a restart. */
export interface SetUpDevices {
  identityAt(name: string): string | null
  /** Freezes it. Throws `data_unwritable`. */
  setUp(name: string, identity: string): void
}

/** Whether an identity that was set up is this candidate's. */
export const isKnownAs = (identity: string, candidate: Candidate): boolean =>
  identitiesOf(candidate).includes(identity) || identity === placeIdentity(candidate.path)

/** Keeps two encoders, and two drivers, from ever having the same device. */
export interface Ownership {
  /** The encoder that uses the candidate, or under whose name it is set up. */
  ownerOf(candidate: Candidate): string | null
  isFreeFor(name: string, candidate: Candidate): boolean
  /** Takes a path for one alone; returns what gives it back. Throws `device_busy`. */
  claim(name: string, path: string): () => void
  refusalOf(candidate: Candidate): BridgeError
}

export const createOwnership = (
  specs: readonly { readonly name: string; readonly path: string | null }[],
  known: SetUpDevices,
): Ownership => {
  /** Paths in use, by who uses them. */
  const claims = new Map<string, string>()

  const ownerOf = (candidate: Candidate): string | null =>
    claims.get(candidate.path) ??
    specs.find(({ name, path }) => {
      const identity = known.identityAt(name)
      if (identity === null || !isKnownAs(identity, candidate)) return false
      // Where it was is nothing against where the configuration says that it is.
      return isFirm(identity) || path === null
    })?.name ??
    null

  return {
    ownerOf,
    isFreeFor: (name, candidate) => {
      const owner = ownerOf(candidate)
      return owner === null || owner === name
    },
    claim: (name, path) => {
      const owner = claims.get(path)
      if (owner !== undefined) throw new BridgeError('device_busy', `${path} is in use by “${owner}”.`)
      claims.set(path, name)
      return () => claims.delete(path)
    },
    refusalOf: (candidate) =>
      new BridgeError(
        'device_busy',
        `${describeCandidate(candidate)} is the device of “${ownerOf(candidate)}”.`,
      ),
  }
}
