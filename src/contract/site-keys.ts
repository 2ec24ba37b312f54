/**
 * The keys of one site for the MAC of card records: made at pairing, the same on every desk of the site, rotated by
 * version. They never reach a log.
 */
export interface SiteKeys {
  /** The version that new records carry: 1 to 255, and present in `keys`. */
  readonly current: number
  /** 32 bytes for each version that cards in the field may still carry. */
  readonly keys: ReadonlyMap<number, Uint8Array>
}
