import type { Card } from './card.ts'
import type { CardUid, EncoderId, OrderId } from './ids.ts'
import type { Order } from './order.ts'
import type { Ending } from './outcome.ts'
import type { People } from './people.ts'
import type { SiteKeys } from './site-keys.ts'

/** How far an order has come, as the disk knows it. */
export type JournalPhase = 'accepted' | 'writing' | 'verified' | 'ended'

/** What is journalled before a command goes to a key system. */
export interface KeyIntent {
  readonly kind: 'key'
  readonly encoderId: EncoderId
  /** Keys of this order that the system has confirmed before. */
  readonly made: number
  readonly serialNumbers: readonly string[]
  /** What people must know of its keys; null for nothing. */
  readonly remark: string | null
}

/** What is journalled before the first byte is written to a card. Digests are SHA-256, hexadecimal, over the blocks in order. */
export interface WriteIntent {
  readonly kind: 'card'
  readonly encoderId: EncoderId
  readonly uid: CardUid
  readonly technology: Card['technology']
  /** What made the plan: after a restart the encoder may be configured for another one. */
  readonly layout: string
  /** Of what the record's blocks will hold. */
  readonly intendedDigest: string
  /** Of what they held before: tells an untouched card from a spoiled one after a crash. */
  readonly previousDigest: string
}

/** What is journalled before somebody is asked to give a card to an access method. */
export interface AssignIntent {
  readonly kind: 'assign'
  readonly encoderId: EncoderId
  readonly uid: CardUid | null
  readonly technology: Card['technology'] | 'barcode'
  readonly cardNumber: string
}

/** What may have been done when the daemon died. */
export type Intent = WriteIntent | KeyIntent | AssignIntent

/** An order with its session's state. */
export interface JournalEntry {
  readonly order: Order
  readonly phase: JournalPhase
  readonly acceptedAt: string
  readonly intent: Intent | null
  readonly ending: Ending | null
  readonly endedAt: string | null
  /** The encoder that served it, once known. */
  readonly encoderId: EncoderId | null
}

/** A result on its way to the hub. Ids grow; delivery is in the order of the ids. */
export interface OutboxItem {
  readonly id: number
  readonly orderId: OrderId
  readonly createdAt: string
  readonly encoderId: EncoderId | null
  readonly ending: Ending
}

export interface OutboxFigures {
  readonly waiting: number
  /** ISO instant of the oldest item that is not acknowledged. */
  readonly oldestAt: string | null
  /** Items that the hub refused for good; kept for support. */
  readonly refused: number
}

/** What the audit trail tells; append only. */
export const auditEvents = [
  'accepted',
  'refused',
  'writing',
  'verified',
  'ended',
  'acknowledged',
  'cancelled',
  'paired',
  // Of whoever uses the desk: `orderedBy` says who asked.
  'ordered',
  'confirmed',
  'takenOver',
  'revealed',
  'linked',
  'signedIn',
  'signInRefused',
  'signedOut',
  'switched',
  'locked',
  'clerkAdded',
  'clerkChanged',
  'clerkRemoved',
] as const

/** One line of the audit trail: append-only, ids and times, never a guest's name. */
export interface AuditLine {
  readonly at: string
  readonly event: (typeof auditEvents)[number]
  readonly orderId: string | null
  readonly orderedBy: string | null
  readonly encoderId: string | null
  readonly uid: string | null
  /** The ending's kind and code, why it was refused, or the id of whom or what it was done to. */
  readonly outcome: string | null
}

/** Whom this bridge belongs to. The token is a secret. */
export interface Pairing {
  readonly hubEndpoint: string
  readonly bridgeId: string
  readonly acsSystemId: string
  readonly token: string
  /** Marks of the computer that was paired, as `readMachineMarks` tells them; empty where it has none. */
  readonly machine: readonly string[]
}

/**
 * The one memory of the daemon. Every method is synchronous and durable when it returns (WAL, synchronous=FULL);
 * it throws `data_unwritable` when the disk refuses, and then nothing of that call has happened.
 */
export interface Journal {
  /** Journals an order. `repeated`: known with the same content. Throws `order_conflict`, `order_stale`. */
  accept(order: Order): 'accepted' | 'repeated'
  /** Calls the observer after each `accept` that returned `accepted`. */
  onAccepted(observer: (entry: JournalEntry) => void): () => void
  /** The highest fence of the encode orders that are known for this access method; null without one. */
  highestFence(accessMethodId: string): number | null
  entry(orderId: OrderId): JournalEntry | null
  /** Orders that have no ending, oldest first. */
  open(): readonly JournalEntry[]
  /** The newest ended or open entries, newest first. */
  recent(limit: number): readonly JournalEntry[]
  /** The intent, before the first byte; again before each further command of the same order. */
  writing(orderId: OrderId, intent: Intent): void
  /** Read back and equal; for a key system: confirmed, with all keys of the order that are. A further command may follow. */
  verified(orderId: OrderId, keys?: Omit<KeyIntent, 'kind' | 'encoderId'>): void
  /** The ending and, for a hub's order, its report: one transaction. A second ending of the same order changes nothing. */
  end(orderId: OrderId, encoderId: EncoderId | null, ending: Ending): void

  /** Reports that wait, oldest first. */
  waiting(limit: number): readonly OutboxItem[]
  onReport(observer: () => void): () => void
  /** The hub has it. Unknown or repeated ids change nothing. */
  acknowledge(id: number): void
  /** The hub refuses it for good: it is kept, marked, and no longer sent. */
  refuse(id: number, reason: string): void
  /** The hub asks for an order that has ended, so that it lacks the report, whatever it acknowledged before. */
  reportAgain(orderId: OrderId): void
  outboxFigures(): OutboxFigures

  audit(since?: string): Iterable<AuditLine>
  noteAudit(line: Omit<AuditLine, 'at'>): void
  /** Drops audit lines and acknowledged orders older than the instant. */
  prune(before: string): void

  pairing(): Pairing | null
  setPairing(pairing: Pairing | null): void
  siteKeys(): SiteKeys | null
  setSiteKeys(keys: SiteKeys): void
  /** The frozen id of a device's identity, made at first sight. */
  encoderIdOf(identity: string): EncoderId
  /** The id of a device's identity; null where none was ever made. */
  knownEncoder(identity: string): EncoderId | null
  /** Which device is set up under a name of the configuration; null before one was. Letters' case does not count. */
  identityAt(name: string): string | null
  /** Freezes which device is set up under a name: the identity bears this encoder id from now on, and no other one does. */
  setUpDevice(device: {
    readonly name: string
    readonly identity: string
    readonly encoderId: EncoderId
  }): void
  /** Writes and syncs, and changes nothing. Throws as every write does. */
  touch(): void
  /** Who may use the desk. */
  readonly people: People
  close(): void
}
