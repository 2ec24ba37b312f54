import type { DriverManifest, Emulator, MatchRule } from 'encoder-bridge/driver'

const hexOf = (id: number): string => id.toString(16).padStart(4, '0')

/** Whether the rule recognises the emulated device by what the system would tell of it. */
export const claims = (rule: MatchRule, emulator: Emulator): boolean => {
  if (emulator.kind === 'pcsc') {
    return rule.transport === 'pcsc' && new RegExp(rule.readerName).test(emulator.readerName)
  }
  if (emulator.kind !== 'hid') return false
  const { vendorId, productId, usagePage, usage } = emulator.facts
  if (rule.transport === 'hidUsage') return rule.usagePage === usagePage && rule.usage === usage
  return (
    rule.transport === 'hid' &&
    rule.vendorId === hexOf(vendorId) &&
    rule.productId === hexOf(productId) &&
    (rule.usagePage === undefined || rule.usagePage === usagePage)
  )
}

/**
 * Whether some device could be recognised by both rules. Of two readers' names only equal expressions count, and a rule for a
 * HID usage meets one for a USB identity only where that names the page: their devices are not known.
 */
const overlap = (one: MatchRule, other: MatchRule): boolean => {
  if (one.transport === 'pcsc' || other.transport === 'pcsc') {
    return one.transport === 'pcsc' && other.transport === 'pcsc' && one.readerName === other.readerName
  }
  if (one.transport === 'hidUsage') {
    if (other.transport === 'hidUsage') return one.usagePage === other.usagePage && one.usage === other.usage
    return other.transport === 'hid' && one.usagePage === other.usagePage
  }
  if (other.transport === 'hidUsage') return overlap(other, one)
  return (
    one.transport === other.transport &&
    one.vendorId === other.vendorId &&
    one.productId === other.productId &&
    (one.usagePage === undefined || other.usagePage === undefined || one.usagePage === other.usagePage)
  )
}

const nameOf = (rule: MatchRule): string => {
  if (rule.transport === 'pcsc') return rule.readerName
  if (rule.transport === 'hidUsage') return `usage ${hexOf(rule.usagePage)}:${hexOf(rule.usage)}`
  return `${rule.transport} ${rule.vendorId}:${rule.productId}`
}

/** The devices that two drivers claim, unless both say that the identity is not theirs alone. */
export const findConflicts = (manifests: readonly DriverManifest[]): readonly string[] =>
  manifests.flatMap((manifest, index) =>
    manifests
      .slice(index + 1)
      .flatMap((other) =>
        manifest.match.flatMap((rule) =>
          other.match
            .filter((theirs) => overlap(rule, theirs) && (rule.isOwn || theirs.isOwn))
            .map(() => `${manifest.id}, ${other.id}: ${nameOf(rule)}`),
        ),
      ),
  )
