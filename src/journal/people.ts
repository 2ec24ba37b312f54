import { randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { People } from '../contract/people.ts'
import { parseRow, type Store } from './store.ts'

const ClerkRole = z.enum(['installer', 'operator', 'read_only'])

const ClerkRow = z
  .object({
    clerk_id: z.string(),
    name: z.string(),
    role: ClerkRole,
    pin_hash: z.string().nullable(),
    badge_hash: z.string().nullable(),
    tried_pins: z.number(),
    wait_until: z.string().nullable(),
  })
  .transform((row) => ({
    clerkId: row.clerk_id,
    name: row.name,
    role: row.role,
    pinHash: row.pin_hash,
    badgeHash: row.badge_hash,
    triedPins: row.tried_pins,
    waitUntil: row.wait_until,
  }))

const PageRow = z
  .object({ cookie_hash: z.string(), role: ClerkRole, expires_at: z.string() })
  .transform((row) => ({ cookieHash: row.cookie_hash, role: row.role, expiresAt: row.expires_at }))

const KeyRow = z.object({ key: z.instanceof(Uint8Array) })

export interface KeptPeople {
  readonly people: People
  /** Inside a `write`: forgets whose the orders were that were made before the instant. */
  prune(before: string): void
}

export const createPeople = (store: Store): KeptPeople => {
  const selectClerks = store.prepare('SELECT * FROM clerks ORDER BY name COLLATE NOCASE, clerk_id')
  const replaceClerk = store.prepare('INSERT OR REPLACE INTO clerks VALUES (?, ?, ?, ?, ?, ?, ?)')
  const deleteClerk = store.prepare('DELETE FROM clerks WHERE clerk_id = ?')
  const selectPages = store.prepare('SELECT * FROM pages ORDER BY expires_at')
  const replacePage = store.prepare('INSERT OR REPLACE INTO pages VALUES (?, ?, ?)')
  const deletePage = store.prepare('DELETE FROM pages WHERE cookie_hash = ?')
  const selectOwner = store.prepare('SELECT owner FROM order_owners WHERE order_id = ?')
  const insertOwner = store.prepare('INSERT OR IGNORE INTO order_owners VALUES (?, ?, ?)')
  const forgetOwners = store.prepare('DELETE FROM order_owners WHERE owned_at < ?')
  const selectKey = store.prepare('SELECT key FROM badge_key')
  const insertKey = store.prepare('INSERT INTO badge_key VALUES (1, ?)')

  const people: People = {
    clerks: () => store.read(() => parseRow(z.array(ClerkRow), selectClerks.all())),
    putClerk: (clerk) =>
      void store.write(() =>
        replaceClerk.run(
          clerk.clerkId,
          clerk.name,
          clerk.role,
          clerk.pinHash,
          clerk.badgeHash,
          clerk.triedPins,
          clerk.waitUntil,
        ),
      ),
    dropClerk: (clerkId) => void store.write(() => deleteClerk.run(clerkId)),
    pages: () => store.read(() => parseRow(z.array(PageRow), selectPages.all())),
    putPage: ({ cookieHash, role, expiresAt }) =>
      void store.write(() => replacePage.run(cookieHash, role, expiresAt)),
    dropPage: (cookieHash) => void store.write(() => deletePage.run(cookieHash)),
    ownerOf: (orderId) =>
      store.read(() => {
        const row: unknown = selectOwner.get(orderId)
        return row === undefined ? null : parseRow(z.object({ owner: z.string() }), row).owner
      }),
    own: (orderId, owner) => void store.write(() => insertOwner.run(orderId, owner, store.now())),
    badgeKey: () => {
      const row = store.read((): unknown => selectKey.get())
      if (row !== undefined) return new Uint8Array(parseRow(KeyRow, row).key)
      const key = new Uint8Array(randomBytes(32))
      store.write(() => insertKey.run(key))
      return key
    },
  }
  return { people, prune: (before) => void forgetOwners.run(before) }
}
