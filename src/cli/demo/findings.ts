import type { AccessMethod, Attempt, ScanResult } from './public-api.ts'

/** Everything that the demo saw over the public API. */
export interface Observed {
  readonly before: AccessMethod
  readonly encode: Attempt
  readonly after: AccessMethod
  readonly eventTypes: readonly string[]
  readonly scan: { readonly attempt: Attempt; readonly result: ScanResult | null }
}

/** What the demo promises to show, and whether it was seen. */
export const findings = ({ before, encode, after, eventTypes, scan }: Observed) => {
  const onEncoder = scan.result?.acs_credential_on_encoder?.card_number ?? null
  const onSeam = scan.result?.acs_credential_on_seam?.card_number ?? null
  return [
    { what: 'before: is_encoding_required is true', isSeen: before.is_encoding_required === true },
    { what: 'before: is_issued is false', isSeen: !before.is_issued },
    { what: 'the encode’s action attempt ends with success', isSeen: encode.status === 'success' },
    { what: 'after: is_encoding_required is false', isSeen: after.is_encoding_required === false },
    {
      what: 'after: is_issued is true and issued_at is set',
      isSeen: after.is_issued && after.issued_at !== null,
    },
    {
      what: 'access_method.issued is in the events',
      isSeen: eventTypes.includes('access_method.issued'),
    },
    { what: 'the scan’s action attempt ends with success', isSeen: scan.attempt.status === 'success' },
    {
      what: 'the card holds the credential that Seam has',
      isSeen: onEncoder !== null && onEncoder === onSeam,
    },
    { what: 'the scan has no warnings', isSeen: scan.result?.warnings.length === 0 },
  ]
}
