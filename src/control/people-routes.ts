import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { AuditLine, Journal } from '../contract/journal.ts'
import type { Clerk } from '../contract/people.ts'
import { createTokenBucket } from '../contract/token-bucket.ts'
import { chooseEncoder } from './choose-encoder.ts'
import type { Caller } from './caller.ts'
import { cookieOf, dropCookie, setCookie } from './people/cookie.ts'
import type { Clerks } from './people/clerks.ts'
import type { createPageLinks } from './people/page-links.ts'
import type { Pages } from './people/pages.ts'
import type { ControlPorts } from './ports.ts'
import type { ClerkBody, MeResponse } from './schema/people.ts'
import type { Serve } from './serve.ts'

const clerkBody = ({ clerkId, name, role, pinHash, badgeHash }: Clerk): ClerkBody => ({
  clerk_id: clerkId,
  name,
  role,
  has_pin: pinHash !== null,
  has_badge: badgeHash !== null,
})

/** Anybody may try a link, and each line of the audit is kept for long: beyond these a refusal is told to the log alone. */
const NOTED_LINKS = { burst: 20, perSecond: 1 / 60 } as const

/** What the routes of people are made of. */
export interface PeopleParts {
  readonly pages: Pages
  readonly clerks: Clerks
  readonly links: ReturnType<typeof createPageLinks>
  readonly encoders: ControlPorts['encoders']
  readonly journal: Pick<Journal, 'noteAudit'>
  /** `http://127.0.0.1:PORT` */
  endpoint(): string
  readonly wallClock: () => Date
  /** Milliseconds of a clock that never goes back. */
  now(): number
}

/** Serves who uses the desk, and how a page signs in. */
export const addPeopleRoutes = (
  serve: Serve,
  { pages, clerks, links, encoders, journal, endpoint, wallClock, now }: PeopleParts,
): void => {
  const note = (event: AuditLine['event'], caller: Caller, outcome: string | null): void =>
    journal.noteAudit({ event, orderedBy: caller.label, outcome, orderId: null, encoderId: null, uid: null })

  const meBody = ({ via, role, clerk }: Caller): MeResponse => ({
    via: via === 'token' ? 'token' : 'page',
    role,
    clerk: clerk === null ? null : { clerk_id: clerk.clerkId, name: clerk.name },
    has_clerks: pages.clerks().length > 0,
  })
  /** Whoever is at the page now. */
  const meAt = (cookie: string): MeResponse => {
    const caller = pages.callerOf(cookie)
    if (caller === null) throw new BridgeError('control_unauthorized')
    return meBody(caller)
  }

  let isWaiting = false
  /** The next badge that is shown. One waits at a time: two pages could not tell whose badge it was. */
  const nextBadge = async (wanted: string | undefined, signal: AbortSignal): Promise<string> => {
    const encoderId = wanted === undefined ? null : chooseEncoder(encoders.list(), wanted).encoderId
    if (isWaiting) throw new BridgeError('device_busy', 'Another page waits for a badge.')
    isWaiting = true
    try {
      return await encoders.nextBadge(encoderId, signal)
    } catch (error) {
      if (isBridgeError(error, 'aborted')) throw new BridgeError('card_timeout')
      throw error
    } finally {
      isWaiting = false
    }
  }

  serve.me(({ caller }) => meBody(caller))

  serve.makePageLink(({ request, caller }) => {
    const { code, lastsMs } = links.make(request.role)
    note('linked', caller, request.role)
    return {
      url: `${endpoint()}/#sign-in=${code}`,
      expires_at: new Date(wallClock().getTime() + lastsMs).toISOString(),
    }
  })

  const notedLinks = createTokenBucket(NOTED_LINKS, now)
  serve.signIn(({ request, caller, reply }) => {
    let role: Clerk['role']
    try {
      role = links.use(request.code)
    } catch (error) {
      if (notedLinks.take()) note('signInRefused', caller, 'link')
      throw error
    }
    const previous = cookieOf(reply.request.headers.cookie)
    if (previous !== null) pages.close(previous)
    const { cookie, lastsMs } = pages.open(role)
    void reply.header('set-cookie', setCookie(cookie, lastsMs))
    note('signedIn', caller, role)
    return meAt(cookie)
  })

  serve.signOut(({ caller, reply }) => {
    const cookie = cookieOf(reply.request.headers.cookie)
    if (cookie === null) return {}
    pages.close(cookie)
    void reply.header('set-cookie', dropCookie())
    note('signedOut', caller, null)
    return {}
  })

  serve.lock(({ caller, reply }) => {
    const cookie = cookieOf(reply.request.headers.cookie)
    if (caller.clerk === null || cookie === null) return meBody(caller)
    pages.seat(cookie, null)
    note('locked', caller, null)
    return meAt(cookie)
  })

  serve.switchClerk(async ({ request, caller, reply, patience }) => {
    const cookie = cookieOf(reply.request.headers.cookie)
    if (caller.via === 'token' || cookie === null) {
      throw new BridgeError('request_invalid', 'Only a page has somebody at it.')
    }
    // Waiting would keep an encoder from the clerks, for a badge that can be nobody's.
    if (request.by === 'badge' && !pages.clerks().some(({ badgeHash }) => badgeHash !== null)) {
      throw new BridgeError('sign_in_refused', 'Nobody at this desk has a badge yet.')
    }
    try {
      using waiting = patience(request.by === 'badge' ? request.wait_ms : 0)
      const clerk =
        request.by === 'pin'
          ? await clerks.byPin(request.clerk_id, request.pin)
          : clerks.byBadge(await nextBadge(request.encoder, waiting.signal))
      pages.seat(cookie, clerk.clerkId)
      journal.noteAudit({
        event: 'switched',
        orderedBy: clerk.name,
        outcome: `${clerk.clerkId} by ${request.by}`,
        orderId: null,
        encoderId: null,
        uid: null,
      })
    } catch (error) {
      // Who must wait was judged by nothing: the tries before are noted.
      if (isBridgeError(error, 'sign_in_refused'))
        note('signInRefused', caller, request.by === 'pin' ? request.clerk_id : 'badge')
      throw error
    }
    return meAt(cookie)
  })

  serve.clerks(() => ({ clerks: pages.clerks().map(clerkBody) }))

  serve.addClerk(async ({ request, caller }) => {
    const clerk = await clerks.add(request.name, request.role, request.pin ?? null)
    note('clerkAdded', caller, `${clerk.clerkId} ${clerk.role}`)
    return clerkBody(clerk)
  })

  serve.changeClerk(async ({ request, params, caller }) => {
    const clerk = await clerks.change(params.clerk_id, request)
    const what = Object.keys(request).toSorted().join(' ')
    note('clerkChanged', caller, `${clerk.clerkId} ${what}`)
    return clerkBody(clerk)
  })

  serve.learnBadge(async ({ request, params, caller, patience }) => {
    using waiting = patience(request.wait_ms)
    if (!pages.clerks().some(({ clerkId }) => clerkId === params.clerk_id)) {
      throw new BridgeError('clerk_unknown')
    }
    const clerk = clerks.giveBadge(params.clerk_id, await nextBadge(request.encoder, waiting.signal))
    note('clerkChanged', caller, `${clerk.clerkId} badge`)
    return clerkBody(clerk)
  })

  serve.removeClerk(({ params, caller }) => {
    clerks.remove(params.clerk_id)
    note('clerkRemoved', caller, params.clerk_id)
    return {}
  })
}
