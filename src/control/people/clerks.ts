import { randomUUID } from 'node:crypto'
import { BridgeError } from '../../contract/errors.ts'
import type { Clerk, ClerkRole, People } from '../../contract/people.ts'
import { hashBadge, hashPin, isPin } from './secrets.ts'

/** So many wrong PINs cost nothing; each further one doubles the wait, up to the longest. */
const FREE_TRIES = 3
const FIRST_WAIT_MS = 15_000
const LONGEST_WAIT_MS = 15 * 60_000

interface ClerksPorts {
  readonly people: People
  readonly wallClock: () => Date
  /** Called after each change. */
  changed(): void
}

export interface ClerkEdit {
  readonly name?: string | undefined
  readonly role?: ClerkRole | undefined
  /** Null takes it away. */
  readonly pin?: string | null | undefined
  readonly badge?: null | undefined
}

const canSignIn = ({ role, pinHash, badgeHash }: Clerk): boolean =>
  role === 'installer' && (pinHash !== null || badgeHash !== null)

/**
 * Those who are named at this desk. There is always an installer among them who can say who it is, since nobody else could name
 * others. Everything throws `clerk_unknown` for an id that nobody has, and `request_invalid` for what would leave the desk
 * without an installer, or give two clerks one name or one badge.
 */
export const createClerks = ({ people, wallClock, changed }: ClerksPorts) => {
  const find = (clerkId: string): Clerk => {
    const clerk = people.clerks().find((one) => one.clerkId === clerkId)
    if (clerk === undefined) throw new BridgeError('clerk_unknown')
    return clerk
  }
  const othersThan = (clerkId: string): readonly Clerk[] =>
    people.clerks().filter((one) => one.clerkId !== clerkId)
  const needInstaller = (clerks: readonly Clerk[]): void => {
    if (clerks.some(canSignIn)) return
    throw new BridgeError('request_invalid', 'An installer with a PIN or a badge must remain.')
  }
  const save = (clerk: Clerk): Clerk => {
    const others = othersThan(clerk.clerkId)
    if (others.some(({ name }) => name.toLowerCase() === clerk.name.toLowerCase())) {
      throw new BridgeError('request_invalid', `Somebody is called “${clerk.name}” already.`)
    }
    if (clerk.badgeHash !== null && others.some(({ badgeHash }) => badgeHash === clerk.badgeHash)) {
      throw new BridgeError('request_invalid', 'Somebody else has this badge.')
    }
    needInstaller([...others, clerk])
    people.putClerk(clerk)
    changed()
    return clerk
  }
  const hashOf = (badge: string): string => hashBadge(badge, people.badgeKey())

  return {
    add: async (name: string, role: ClerkRole, pin: string | null): Promise<Clerk> =>
      save({
        clerkId: randomUUID(),
        name,
        role,
        pinHash: pin === null ? null : await hashPin(pin),
        badgeHash: null,
        triedPins: 0,
        waitUntil: null,
      }),
    change: async (clerkId: string, { name, role, pin, badge }: ClerkEdit): Promise<Clerk> => {
      const pinHash = pin == null ? pin : await hashPin(pin)
      const clerk = find(clerkId)
      return save({
        ...clerk,
        name: name ?? clerk.name,
        role: role ?? clerk.role,
        ...(pinHash !== undefined && { pinHash, triedPins: 0, waitUntil: null }),
        ...(badge === null && { badgeHash: null }),
      })
    },
    giveBadge: (clerkId: string, badge: string): Clerk =>
      save({ ...find(clerkId), badgeHash: hashOf(badge) }),
    remove: (clerkId: string): void => {
      find(clerkId)
      needInstaller(othersThan(clerkId))
      people.dropClerk(clerkId)
      changed()
    },
    /**
     * The clerk whose PIN it is. Each try is counted before it is judged, on the disk: many at once, or a page that signs in
     * anew, win nothing. Rejects `sign_in_refused`, and `rate_limited` while it must be waited.
     */
    byPin: async (clerkId: string, pin: string): Promise<Clerk> => {
      const clerk = find(clerkId)
      const nowMs = wallClock().getTime()
      const waitMs = clerk.waitUntil === null ? 0 : Date.parse(clerk.waitUntil) - nowMs
      if (waitMs > 0) {
        throw new BridgeError('rate_limited', `Try again in ${Math.ceil(waitMs / 1000)} s.`)
      }
      const triedPins = clerk.triedPins + 1
      const nextWaitMs = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (triedPins - FREE_TRIES))
      const waitUntil = triedPins < FREE_TRIES ? null : new Date(nowMs + nextWaitMs).toISOString()
      people.putClerk({ ...clerk, triedPins, waitUntil })
      if (!(await isPin(pin, clerk.pinHash))) throw new BridgeError('sign_in_refused')
      const now = find(clerkId)
      if (now.pinHash !== clerk.pinHash) throw new BridgeError('sign_in_refused')
      people.putClerk({ ...now, triedPins: 0, waitUntil: null })
      return now
    },
    /** The clerk whose badge it is. Throws `sign_in_refused`. */
    byBadge: (badge: string): Clerk => {
      const hash = hashOf(badge)
      const clerk = people.clerks().find(({ badgeHash }) => badgeHash === hash)
      if (clerk === undefined) throw new BridgeError('sign_in_refused', 'Nobody here has this badge.')
      return clerk
    },
  }
}
export type Clerks = ReturnType<typeof createClerks>
