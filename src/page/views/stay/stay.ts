/** What is known of a stay that may be changed. */
export interface Stay {
  readonly accessGrantId: string
  /** What people call it by: its room. */
  readonly title: string
  /** The names of all its doors, as Seam has them. */
  readonly doors: readonly string[]
  readonly endsAt: string | null
  /** IANA name */
  readonly timeZone: string
}
