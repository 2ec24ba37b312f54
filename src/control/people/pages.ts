import type { Clerk, ClerkRole, People, SignedInPage } from '../../contract/people.ts'
import { createObservers } from '../../contract/observers.ts'
import type { Clock } from '../../contract/transport.ts'
import type { Caller } from '../caller.ts'
import { hashSecret, makeSecret } from './secrets.ts'

const LASTS_MS = 90 * 86_400_000
/** More browsers than a desk has; the one that ends first goes. */
const MAX_PAGES = 64

/** A page, and who has said to be at it. Who it is is not kept: after a restart of the daemon a clerk says so again. */
interface OpenPage {
  readonly page: SignedInPage
  clerkId: string | null
  lastActAt: number
  timer: unknown
}

export interface PagesPorts {
  readonly people: People
  readonly clock: Clock
  readonly wallClock: () => Date
  /** A clerk who does nothing for so long is asked again who it is; null for never. */
  readonly lockAfterMs: number | null
}

/** The browsers that are signed in, and who is at each. */
export interface Pages {
  /** Who calls with this cookie; null when it is none of ours. */
  callerOf(cookie: string): Caller | null
  /** Signs a browser in, and returns its cookie, a secret. */
  open(role: ClerkRole): { readonly cookie: string; readonly lastsMs: number }
  close(cookie: string): void
  /** Puts a clerk at the page, or nobody. */
  seat(cookie: string, clerkId: string | null): void
  /** The clerk at the page does something. */
  touch(cookie: string): void
  /** Somebody came, went or was changed at some page. */
  onChange(observer: () => void): () => void
  /** To be called after a change of a clerk. */
  changed(): void
  /** Whom the daemon knows; read from the disk when it has changed. */
  clerks(): readonly Clerk[]
  stop(): void
}

export const createPages = ({ people, clock, wallClock, lockAfterMs }: PagesPorts): Pages => {
  const pages = new Map<string, OpenPage>()
  const changes = createObservers<void>()
  let clerks = people.clerks()

  const add = (page: SignedInPage): void =>
    void pages.set(page.cookieHash, { page, clerkId: null, lastActAt: clock.now(), timer: null })
  const drop = (one: OpenPage): void => {
    clock.clearTimeout(one.timer)
    pages.delete(one.page.cookieHash)
    people.dropPage(one.page.cookieHash)
  }
  for (const page of people.pages()) add(page)

  const find = (cookie: string): OpenPage | null => {
    const one = pages.get(hashSecret(cookie))
    if (one === undefined) return null
    if (Date.parse(one.page.expiresAt) > wallClock().getTime()) return one
    drop(one)
    return null
  }
  const isIdle = (one: OpenPage): boolean =>
    lockAfterMs !== null && clock.now() - one.lastActAt >= lockAfterMs
  const lock = (one: OpenPage): void => {
    clock.clearTimeout(one.timer)
    one.clerkId = null
    changes.tell()
  }
  const watch = (one: OpenPage): void => {
    clock.clearTimeout(one.timer)
    if (lockAfterMs === null || one.clerkId === null) return
    const look = (): void => (isIdle(one) ? lock(one) : watch(one))
    one.timer = clock.setTimeout(look, Math.max(1, one.lastActAt + lockAfterMs - clock.now()))
  }

  return {
    callerOf: (cookie) => {
      const one = find(cookie)
      if (one === null) return null
      if (one.clerkId !== null && isIdle(one)) lock(one)
      const page = { via: 'page' as const, key: `page:${one.page.cookieHash.slice(0, 16)}` }
      if (clerks.length === 0) return { ...page, role: one.page.role, clerk: null, label: 'the page' }
      const clerk = clerks.find(({ clerkId }) => clerkId === one.clerkId)
      if (clerk === undefined) return { ...page, role: null, clerk: null, label: 'a locked page' }
      const { clerkId, name, role } = clerk
      return { via: 'page', role, clerk: { clerkId, name }, key: `clerk:${clerkId}`, label: name }
    },
    open: (role) => {
      const cookie = makeSecret()
      const page = {
        cookieHash: hashSecret(cookie),
        role,
        expiresAt: new Date(wallClock().getTime() + LASTS_MS).toISOString(),
      }
      const [first] = [...pages.values()].toSorted((a, b) => (a.page.expiresAt < b.page.expiresAt ? -1 : 1))
      if (pages.size >= MAX_PAGES && first !== undefined) drop(first)
      people.putPage(page)
      add(page)
      return { cookie, lastsMs: LASTS_MS }
    },
    close: (cookie) => {
      const one = find(cookie)
      if (one === null) return
      drop(one)
      changes.tell()
    },
    seat: (cookie, clerkId) => {
      const one = find(cookie)
      if (one === null) return
      one.clerkId = clerkId
      one.lastActAt = clock.now()
      watch(one)
      changes.tell()
    },
    touch: (cookie) => {
      const one = find(cookie)
      if (one !== null) one.lastActAt = clock.now()
    },
    onChange: changes.add,
    changed: () => {
      clerks = people.clerks()
      changes.tell()
    },
    clerks: () => clerks,
    stop: () => {
      for (const { timer } of pages.values()) clock.clearTimeout(timer)
    },
  }
}
