import type { DriverManifest } from '../contract/driver.ts'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { DevicePlace } from '../transport/open.ts'
import {
  type Candidate,
  describeCandidate,
  identityAmong,
  isFirm,
  isSameDevice,
  placeIdentity,
} from './candidate.ts'
import type { Inventory } from './inventory.ts'
import { createOwnership, isKnownAs, type SetUpDevices } from './ownership.ts'
import { type DeviceMatch, selectCandidates } from './selection.ts'
import { isOnNetwork, usualWay } from './way.ts'

/** A device as the configuration names it. */
export interface DeviceSpec {
  readonly name: string
  /**
   * Selects at first sight; afterwards the device is known by its identity, if it has one. What a path over the network
   * leads to is known by that path alone.
   */
  readonly path: string | null
  readonly match: DeviceMatch | null
  readonly manifest: Pick<DriverManifest, 'id' | 'match' | 'transports'>
}

/** Where a device was found; it is the finder's alone until it is given back. */
export interface Found extends DevicePlace {
  /** By what it is known as long as its protocol tells nothing better. */
  readonly identity: string
  /** Whether it is still listed there; true where its kind of device is not listed at all. */
  isThere(): boolean
  giveBack(): void
}

/** What the finder looks with. */
interface FinderPorts {
  readonly inventory: Pick<Inventory, 'look' | 'current' | 'failure'>
  readonly known: SetUpDevices
  /** Follows links (`/dev/serial/by-id/…`); the path itself where nothing is. Never rejects. */
  resolveLink(path: string): Promise<string>
  /** Whether something is at a path that no list tells of, like a pseudoterminal. Never rejects. */
  exists(path: string): Promise<boolean>
}

/** Finds configured devices among what is plugged in: never one for two, never a stranger for the one that was set up. */
export interface DeviceFinder {
  /**
   * Rejects `device_absent`, `device_busy` (another encoder has it), `device_ambiguous`, `device_quarantined`, or with why
   * the kind of device can't be listed.
   */
  find(name: string): Promise<Found>
  /**
   * The device that was opened is the one that is set up, or becomes it at first sight; its identities come best first.
   * Throws `device_quarantined`, `data_unwritable`.
   */
  confirm(name: string, identities: readonly string[]): void
  /** Sets up the device that is quarantined under this name. False when none is, or several are. */
  accept(name: string): boolean
  /** Sets up a candidate under a name: somebody has pointed at it. */
  setUp(name: string, candidate: Candidate): void
  /** By what the device of this name is known; null before it was first met. */
  identityAt(name: string): string | null
  /** What could be the device of this name and belongs to nobody else. */
  candidatesOf(name: string): readonly Candidate[]
  /** What belongs to nobody. */
  unclaimed(): readonly Candidate[]
  /** Takes a candidate for a short look. Throws `device_busy`. */
  take(candidate: Candidate): Found
}

/** Stands for whoever looks at a candidate that belongs to nobody. */
const VISITOR = 'devices'

const listed = (candidates: readonly Candidate[]): string => candidates.map(describeCandidate).join('; ')

export const createFinder = (
  specs: readonly DeviceSpec[],
  { inventory, known, resolveLink, exists }: FinderPorts,
): DeviceFinder => {
  const ownership = createOwnership(
    specs.filter(({ path }) => !isOnNetwork(path)),
    known,
  )
  const quarantined = new Map<string, string>()

  const specNamed = (name: string): DeviceSpec => {
    const spec = specs.find((candidate) => candidate.name === name)
    if (spec === undefined) throw new BridgeError('encoder_unknown', `There is no “${name}”.`)
    return spec
  }
  /** The other devices of the configuration that are known by no identity of their own. */
  const unsettled = (name: string): readonly DeviceSpec[] =>
    specs.filter((other) => {
      const identity = known.identityAt(other.name)
      return other.name !== name && (identity === null || !isFirm(identity))
    })

  const claimCandidate = (name: string, candidate: Candidate, identity: string): Found => ({
    transport: candidate.transport,
    path: candidate.path,
    identity,
    isThere: () => inventory.current().some((one) => isSameDevice(one, candidate)),
    giveBack: ownership.claim(name, candidate.path),
  })
  const claimUnlisted = async (name: string, place: DevicePlace): Promise<Found> => ({
    ...place,
    identity: placeIdentity(place.path),
    isThere: () => true,
    giveBack: ownership.claim(name, await resolveLink(place.path)),
  })

  /** Nobody lists what is on a network: it is where the configuration says. Connecting tells whether it is there. */
  const claimLink = ({ name, path, manifest }: DeviceSpec): Found | null => {
    const transport = usualWay(manifest.transports, path)
    if (!isOnNetwork(path) || transport === null) return null
    if (!manifest.transports.includes(transport)) {
      throw new BridgeError('not_supported', `The driver ${manifest.id} is not reached over ${transport}.`)
    }
    return {
      transport,
      path,
      identity: placeIdentity(path),
      isThere: () => true,
      giveBack: ownership.claim(name, path),
    }
  }

  /** What is at the configured path, by the list or, like a pseudoterminal, beside it. */
  const atPath = async (spec: DeviceSpec, all: readonly Candidate[]): Promise<Candidate | undefined> => {
    if (spec.path === null) return undefined
    const paths = [spec.path, await resolveLink(spec.path)]
    return all.find(
      ({ path, transport }) => paths.includes(path) && spec.manifest.transports.includes(transport),
    )
  }

  /** What the configuration points at, whoever it belongs to. What others name by path is left to them. */
  const pointedAt = async (spec: DeviceSpec, all: readonly Candidate[]): Promise<readonly Candidate[]> => {
    if (spec.path !== null) {
      const there = await atPath(spec, all)
      return there === undefined ? [] : [there]
    }
    const selected = selectCandidates(spec.manifest, spec.match, all)
    if (spec.match !== null) return selected
    const named = await Promise.all(
      unsettled(spec.name).map(async (other) =>
        other.match === null ? atPath(other, all) : selectCandidates(other.manifest, other.match, all)[0],
      ),
    )
    return selected.filter(
      (candidate) => !named.some((one) => one !== undefined && isSameDevice(one, candidate)),
    )
  }

  const unlistedAt = async ({ manifest, path, name }: DeviceSpec): Promise<DevicePlace | null> => {
    const transport = usualWay(manifest.transports, path)
    if (transport === 'none') return { transport, path: name }
    if (path === null || transport === null) return null
    return (await exists(path)) ? { transport, path } : null
  }

  const absence = ({ manifest, path }: DeviceSpec, firm: string | null): BridgeError => {
    const transport = usualWay(manifest.transports, path)
    const failure = transport === null ? null : inventory.failure(transport)
    if (failure !== null && (path === null || transport === 'pcsc')) return failure
    if (firm !== null) {
      return new BridgeError('device_absent', `The device that was set up here (${firm}) is not connected.`)
    }
    return new BridgeError(
      'device_absent',
      path === null ? `Nothing that is connected is known to ${manifest.id}.` : `There is no ${path}.`,
    )
  }

  const quarantine = (name: string, firm: string, identity: string | null, told: string): BridgeError => {
    if (identity === null) quarantined.delete(name)
    else quarantined.set(name, identity)
    return new BridgeError('device_quarantined', `${firm} was set up here; connected is ${told}.`)
  }

  /** Looks for the one device that was set up; whatever else is in its place stays out. */
  const findSetUp = async (
    spec: DeviceSpec,
    firm: string,
    all: readonly Candidate[],
    pointed: readonly Candidate[],
  ): Promise<Found> => {
    const faces = all.filter((candidate) => isKnownAs(firm, candidate))
    const named = faces.filter((face) => pointed.includes(face))
    const hits = selectCandidates(spec.manifest, {}, named.length > 0 ? named : faces)
    const [hit, another] = hits
    if (another !== undefined) throw new BridgeError('device_ambiguous', `They are alike: ${listed(hits)}.`)
    if (hit !== undefined) return claimCandidate(spec.name, hit, firm)

    const strangers = pointed.filter((candidate) => ownership.isFreeFor(spec.name, candidate))
    const [stranger] = strangers
    if (stranger !== undefined) {
      const identity = strangers.length === 1 ? identityAmong(stranger, all) : null
      throw quarantine(spec.name, firm, identity, listed(strangers))
    }
    const unlisted = pointed.length === 0 ? await unlistedAt(spec) : null
    if (unlisted === null) throw absence(spec, firm)
    throw quarantine(spec.name, firm, placeIdentity(unlisted.path), unlisted.path)
  }

  /** Others that nothing but their driver's rules tells from this one. */
  const rivalsFor = (name: string, candidate: Candidate): readonly string[] =>
    unsettled(name)
      .filter((other) => other.path === null && other.match === null && known.identityAt(other.name) === null)
      .filter(({ manifest }) => selectCandidates(manifest, null, [candidate]).length > 0)
      .map((rival) => `“${rival.name}”`)

  const findAtFirstSight = async (
    spec: DeviceSpec,
    place: string | null,
    all: readonly Candidate[],
    pointed: readonly Candidate[],
  ): Promise<Found> => {
    const free = pointed.filter((candidate) => ownership.isFreeFor(spec.name, candidate))
    const again = free.find((candidate) => placeIdentity(candidate.path) === place)
    const [first, second] = again === undefined ? free : [again]
    if (second !== undefined) throw new BridgeError('device_ambiguous', `It could be: ${listed(free)}.`)
    if (first !== undefined) {
      const isByRules = spec.path === null && spec.match === null && again === undefined
      const rivals = isByRules ? rivalsFor(spec.name, first) : []
      if (rivals.length > 0) {
        const detail = `${describeCandidate(first)} could as well be the device of ${rivals.join(', ')}.`
        throw new BridgeError('device_ambiguous', detail)
      }
      return claimCandidate(spec.name, first, identityAmong(first, all))
    }
    const [taken] = pointed
    if (taken !== undefined && (spec.path !== null || spec.match !== null)) throw ownership.refusalOf(taken)
    const unlisted = await unlistedAt(spec)
    if (unlisted === null) throw absence(spec, null)
    return claimUnlisted(spec.name, unlisted)
  }

  const find = async (spec: DeviceSpec): Promise<Found> => {
    const link = claimLink(spec)
    if (link !== null) return link
    const all = await inventory.look()
    const pointed = await pointedAt(spec, all)
    const identity = known.identityAt(spec.name)
    // What a device tells by its protocol is known only when it is open.
    const isSeen = identity !== null && isFirm(identity) && !identity.startsWith('told:')
    return isSeen ? findSetUp(spec, identity, all, pointed) : findAtFirstSight(spec, identity, all, pointed)
  }

  return {
    find: (name) =>
      find(specNamed(name)).catch((error: unknown) => {
        if (!isBridgeError(error, 'device_quarantined')) quarantined.delete(name)
        throw error
      }),
    confirm: (name, identities) => {
      const before = known.identityAt(name)
      const [best = placeIdentity(name)] = identities
      const isSettled = before !== null && isFirm(before) && !isOnNetwork(specNamed(name).path)
      if (isSettled && !identities.includes(before)) throw quarantine(name, before, best, best)
      quarantined.delete(name)
      if (!isSettled && before !== best) known.setUp(name, best)
    },
    accept: (name) => {
      const identity = quarantined.get(name)
      if (identity === undefined) return false
      known.setUp(name, identity)
      return quarantined.delete(name)
    },
    setUp: (name, candidate) => {
      known.setUp(name, identityAmong(candidate, inventory.current()))
      quarantined.delete(name)
    },
    identityAt: (name) => known.identityAt(name),
    candidatesOf: (name) => {
      const { manifest, match } = specNamed(name)
      const selected = selectCandidates(manifest, match, inventory.current())
      return selected.filter((candidate) => ownership.isFreeFor(name, candidate))
    },
    unclaimed: () => inventory.current().filter((candidate) => ownership.ownerOf(candidate) === null),
    take: (candidate) => claimCandidate(VISITOR, candidate, identityAmong(candidate, inventory.current())),
  }
}
