/** Who may use the desk, as the daemon remembers it. Secrets are kept as hashes alone. */

/** What somebody may do. Each may do what those after it may. */
export type ClerkRole = 'installer' | 'operator' | 'read_only'

export interface Clerk {
  readonly clerkId: string
  readonly name: string
  readonly role: ClerkRole
  /** Made and compared by `src/control` alone. */
  readonly pinHash: string | null
  /** Keyed: the numbers of badges are few enough to be tried out. */
  readonly badgeHash: string | null
  /** PINs that were tried since the last right one. */
  readonly triedPins: number
  /** No PIN is looked at before this instant. */
  readonly waitUntil: string | null
}

/** A browser that was signed in. */
export interface SignedInPage {
  /** SHA-256 of its cookie, hexadecimal. */
  readonly cookieHash: string
  /** What it may do as long as nobody is named at this desk. */
  readonly role: ClerkRole
  readonly expiresAt: string
}

/** The part of the journal that remembers them. Durable and synchronous as the rest of it. */
export interface People {
  /** In the order of their names. */
  clerks(): readonly Clerk[]
  /** Adds the clerk, or replaces the one of this id. */
  putClerk(clerk: Clerk): void
  dropClerk(clerkId: string): void
  pages(): readonly SignedInPage[]
  putPage(page: SignedInPage): void
  dropPage(cookieHash: string): void
  /** Whose an order is that was made here; null for one that came from elsewhere. */
  ownerOf(orderId: string): string | null
  own(orderId: string, owner: string): void
  /** 32 random bytes, made once, for the hashes of badges. */
  badgeKey(): Uint8Array
}
