import type { ErrorCode } from './errors.ts'

/** A card that waits to be made or handed out at this desk: ids, doors and times, never a guest's name. */
export interface WorkItem {
  readonly accessMethodId: string
  readonly accessGrantId: string
  /** `encode`: a card is written (`is_ready_for_encoding`). `assign`: a card that is known by its number is read (`is_ready_for_assignment`). */
  readonly action: 'encode' | 'assign'
  /** As the reservation is called by whoever made the grant; null where there is none. */
  readonly reservationKey: string | null
  readonly doors: readonly { readonly acsEntranceId: string; readonly displayName: string }[]
  readonly startsAt: string
  readonly endsAt: string | null
  /** The property's, an IANA name. */
  readonly timeZone: string
  /** True when a card of it was issued before: its times have changed. */
  readonly isReissue: boolean
}

/** What waits, as it was known last. */
export interface WorkList {
  readonly items: readonly WorkItem[]
  /** When it was asked last; null before the first answer. */
  readonly asOf: string | null
  /** Why it may be out of date; null when it is not. */
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}

/** What an access method may hand over, once it is issued. Each is a guest's credential, to be treated like a password. */
export type DeliverySecret = 'code' | 'instantKeyUrl' | 'clientSessionToken'

/** One way in of a grant, without its secrets. */
export interface DeliverableMethod {
  readonly accessMethodId: string
  readonly mode: 'code' | 'card' | 'mobile_key' | 'cloud_key'
  readonly displayName: string
  readonly isIssued: boolean
  readonly issuedAt: string | null
  readonly isEncodingRequired: boolean
  readonly isAssignmentRequired: boolean
  /** What can be fetched now; empty before `isIssued`. */
  readonly secrets: readonly DeliverySecret[]
  /** Seam's own words on delays and failures. */
  readonly remarks: readonly {
    readonly kind: 'warning' | 'error'
    readonly code: string
    readonly message: string
  }[]
}

/** A grant, as the desk hands it over. */
export interface DeliverableGrant {
  readonly accessGrantId: string
  readonly displayName: string
  readonly reservationKey: string | null
  readonly doors: readonly string[]
  readonly startsAt: string
  readonly endsAt: string | null
  readonly timeZone: string
  readonly methods: readonly DeliverableMethod[]
}

/** How a grant is found. */
export type GrantQuery =
  | { readonly accessGrantId: string }
  | { readonly accessMethodId: string }
  | { readonly reservationKey: string }

/**
 * What the desk has to do and to hand over, told by the hub or by Seam itself. Questions reject `not_paired`, `hub_unreachable`,
 * `hub_unauthorized`, `hub_refused`, `hub_protocol`, `aborted`.
 */
export interface DeskWork {
  list(): WorkList
  onChange(observer: () => void): () => void
  /** Asks anew, and resolves with the answer or with why there is none. */
  refresh(signal: AbortSignal): Promise<WorkList>
  /** The grants that fit, at most 20; empty when there is none. */
  grants(query: GrantQuery, signal: AbortSignal): Promise<readonly DeliverableGrant[]>
  /** The secret itself. Rejects `not_issued` before it may be handed over, `not_supported` where the mode has none. */
  reveal(accessMethodId: string, secret: DeliverySecret, signal: AbortSignal): Promise<string>
  /** Lets a grant end at another instant; its cards ask to be encoded again. */
  extend(accessGrantId: string, endsAt: string, signal: AbortSignal): Promise<void>
}
