/** What of an order goes onto a card. A layout decides where. */
export interface CardContent {
  /** The acs_credential_id, a UUID in lower case. */
  readonly credentialId: string
  /** An unsigned 64-bit number in decimal digits. */
  readonly cardNumber: string
  /** ISO 8601 in UTC. Cards hold whole seconds; a fraction is cut off. */
  readonly startsAt: string
  /** As startsAt, or null for a card without an end. */
  readonly endsAt: string | null
}
