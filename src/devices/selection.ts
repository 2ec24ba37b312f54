import type { DriverManifest } from '../contract/driver.ts'
import type { MatchRule } from '../contract/match.ts'
import { type Candidate, isSameDevice } from './candidate.ts'

/** What the configuration tells of a device besides its path; a candidate must have all of it. */
export interface DeviceMatch {
  readonly serialNumber?: string | undefined
  readonly usbPath?: string | undefined
  readonly vendorId?: string | undefined
  readonly productId?: string | undefined
  /** The reader's name, or a part of it. */
  readonly readerName?: string | undefined
}

const fits = (rule: MatchRule, candidate: Candidate): boolean => {
  switch (rule.transport) {
    case 'hidUsage':
      return (
        candidate.transport === 'hid' &&
        candidate.usagePage === rule.usagePage &&
        candidate.usage === rule.usage
      )
    case 'pcsc':
      return candidate.transport === 'pcsc' && new RegExp(rule.readerName).test(candidate.path)
    case 'serial':
    case 'hid':
    case 'keyboard':
      return (
        candidate.transport === rule.transport &&
        candidate.vendorId === rule.vendorId &&
        candidate.productId === rule.productId &&
        (rule.usagePage === undefined || rule.usagePage === candidate.usagePage)
      )
  }
}

/** The rule of the driver that recognises the candidate; null when none does. */
export const ruleFor = (manifest: Pick<DriverManifest, 'match'>, candidate: Candidate): MatchRule | null =>
  manifest.match.find((rule) => fits(rule, candidate)) ?? null

const hasAll = (match: DeviceMatch, candidate: Candidate): boolean =>
  (match.serialNumber === undefined || match.serialNumber === candidate.serialNumber) &&
  (match.usbPath === undefined || match.usbPath === candidate.usbPath) &&
  (match.vendorId === undefined || match.vendorId.toLowerCase() === candidate.vendorId) &&
  (match.productId === undefined || match.productId.toLowerCase() === candidate.productId) &&
  (match.readerName === undefined ||
    (candidate.transport === 'pcsc' && candidate.path.includes(match.readerName)))

/** Whether a HID device is the other face of a keyboard (HUT 1.5 §4: generic desktop, keyboard): its reports are keys. */
const isTypingFace = ({ transport, usagePage, usage }: Candidate): boolean =>
  transport === 'hid' && usagePage === 0x01 && usage === 0x06

/** Of the faces of one device the one that the driver likes best. */
const oneEach = (
  candidates: readonly Candidate[],
  rank: (candidate: Candidate) => number,
): readonly Candidate[] => {
  const best: Candidate[] = []
  for (const candidate of candidates.toSorted((a, b) => rank(a) - rank(b))) {
    if (!best.some((other) => isSameDevice(candidate, other))) best.push(candidate)
  }
  return best
}

/**
 * The candidates that a driver may mean, each device once: those with everything that the configuration tells, or those that
 * the driver's own rules recognise. An identity that is the product's own goes before one that others share.
 */
export const selectCandidates = (
  manifest: Pick<DriverManifest, 'match' | 'transports'>,
  match: DeviceMatch | null,
  candidates: readonly Candidate[],
): readonly Candidate[] => {
  const reachable = candidates.filter(({ transport }) => manifest.transports.includes(transport))
  const recognised = reachable.filter((candidate) => ruleFor(manifest, candidate) !== null)
  const rank = (candidate: Candidate): number => {
    const index = manifest.match.findIndex((rule) => fits(rule, candidate))
    // A driver that reads keyboards wants what types as a keyboard: there it can have it alone.
    const isWorst = manifest.transports.includes('keyboard') && isTypingFace(candidate)
    const way = isWorst ? manifest.transports.length : manifest.transports.indexOf(candidate.transport)
    return way * 1000 + (index === -1 ? manifest.match.length : index)
  }
  if (match !== null) {
    const named = reachable.filter((candidate) => hasAll(match, candidate))
    const both = named.filter((candidate) => recognised.includes(candidate))
    return oneEach(both.length > 0 ? both : named, rank)
  }
  const own = recognised.filter((candidate) => ruleFor(manifest, candidate)?.isOwn === true)
  return oneEach(own.length > 0 ? own : recognised, rank)
}
