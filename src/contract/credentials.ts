import type { CardRecord } from './outcome.ts'

/** What the hub knows of a credential that was found on a card. */
export type CredentialLookup =
  | { readonly kind: 'found'; readonly credential: CardRecord & { readonly isValid: boolean } }
  | { readonly kind: 'notFound' }

/** The question that a session asks the link: is this credential Seam's, and what does Seam say of it? */
export interface Credentials {
  /** Rejects `hub_unreachable`, `hub_unauthorized`, `hub_protocol`, `not_paired`, `aborted`. */
  lookup(credentialId: string, signal: AbortSignal): Promise<CredentialLookup>
}
