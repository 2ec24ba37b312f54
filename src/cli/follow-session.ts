import { setTimeout as pause } from 'node:timers/promises'
import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { SessionBody } from '../control/schema.ts'
import type { ControlClient } from '../client/index.ts'
import { printable } from './printable.ts'
import { openProgress } from './progress.ts'
import type { Terminal } from './terminal.ts'
import type { Voice } from './voice.ts'

const POLL_MS = 25_000
/** How long an order may be on its way from the hub, and a daemon on its way back from a crash. */
const GRACE_MS = 20_000
const RETRY_MS = 250

interface FollowOptions {
  readonly terminal: Terminal
  readonly voice: Voice
  /** Reads where the daemon answers; asked again after it was lost. */
  connect(): Promise<ControlClient>
  /** True answers the session's questions with yes. */
  readonly isConfirmed: boolean
}

/** Asks the clerk, once for each question. */
const createAsking = (
  { terminal, voice, isConfirmed }: FollowOptions,
  answer: (isYes: boolean, revision: number) => void,
) => {
  let open: { readonly revision: number; readonly gone: AbortController } | null = null
  const end = (): void => {
    open?.gone.abort()
    open = null
  }
  const begin = ({ prompt, revision }: SessionBody): void => {
    if (open?.revision === revision) return
    end()
    const gone = new AbortController()
    open = { revision, gone }
    if (isConfirmed) {
      answer(true, revision)
    } else if (terminal.confirm !== undefined && !voice.isJson) {
      void terminal.confirm(printable(prompt), gone.signal).then((isYes) => {
        if (!gone.signal.aborted) answer(isYes === true, revision)
      })
    }
  }
  return { begin, end }
}

/** What the clerk wants of the session next. */
type Wish = (client: ControlClient, orderId: string) => Promise<SessionBody>
const cancelling: Wish = (client, orderId) => client.cancel({ order_id: orderId })
const confirming =
  (revision: number): Wish =>
  (client, orderId) =>
    client.confirm({ order_id: orderId, revision })

/** Where a card may be half written, or a lock system may have acted. */
const touching: readonly SessionBody['state'][] = [
  'writing',
  'waiting_for_return',
  'verifying',
  'assigning',
  'making_key',
  'recovering',
]

/**
 * Follows an order to its end and tells the clerk what to do on the way. The first Ctrl-C asks the daemon to cancel and
 * goes on waiting for the truth; the second leaves with `outcome_unknown`. A daemon that restarts is waited for.
 */
export const followSession = async (
  orderId: () => Promise<string>,
  options: FollowOptions,
): Promise<SessionBody> => {
  const { terminal, voice } = options
  const left = new AbortController()
  let polling = new AbortController()
  const wanted = { verb: null as Wish | null, isLeaving: false }
  const want = (verb: Wish): void => {
    wanted.verb = verb
    polling.abort(new BridgeError('aborted'))
  }
  const asking = createAsking(options, (isYes, revision) => want(isYes ? confirming(revision) : cancelling))
  const stopListening = terminal.onInterrupt(() => {
    if (wanted.isLeaving) {
      left.abort()
      polling.abort(new BridgeError('aborted'))
      return
    }
    wanted.isLeaving = true
    voice.say('Cancelling; waiting for what becomes of the card. Once more leaves at once.')
    want(cancelling)
  })
  const gone = new Promise<never>((_, reject) => {
    left.signal.addEventListener('abort', () => {
      reject(new BridgeError('outcome_unknown', 'You left; `encoder-bridge status` shows the session.'))
    })
  })
  const progress = await openProgress(terminal.out, voice.isJson)

  const show = (session: SessionBody, previous: string | null): void => {
    if ((session.state === 'writing' || session.state === 'making_key') && session.progress !== null) {
      progress.show(session.state, session.progress.done, session.progress.total)
    } else {
      progress.stop()
    }
    if (session.state === 'awaiting_confirmation') asking.begin(session)
    else asking.end()
    if (session.state !== 'ended' && session.prompt !== previous) voice.say(session.prompt)
  }

  const follow = async (): Promise<SessionBody> => {
    const id = await orderId()
    let client = await options.connect()
    let after = -1
    let last: SessionBody | null = null
    let lastSeen = performance.now()
    while (!left.signal.aborted) {
      polling = new AbortController()
      const { verb } = wanted
      try {
        const session =
          verb === null
            ? await client.session({ order_id: id, after, wait_ms: POLL_MS }, { signal: polling.signal })
            : await verb(client, id)
        if (verb !== null && wanted.verb === verb) wanted.verb = null
        lastSeen = performance.now()
        after = session.revision
        show(session, last?.prompt ?? null)
        last = session
        if (session.state === 'ended') return session
      } catch (error) {
        if (isBridgeError(error, 'aborted')) continue
        const mayPass = isBridgeError(error, 'daemon_unreachable') || isBridgeError(error, 'order_unknown')
        if (!mayPass) throw error
        if (performance.now() - lastSeen > GRACE_MS) {
          if (last === null || !touching.includes(last.state)) throw error
          throw new BridgeError('outcome_unknown', 'The daemon answers no longer.', { cause: error })
        }
        await pause(RETRY_MS)
        // Revisions begin anew with the daemon.
        after = -1
        client = await options.connect().catch(() => client)
      }
    }
    return gone
  }

  try {
    return await Promise.race([follow(), gone])
  } finally {
    asking.end()
    progress.stop()
    stopListening()
  }
}
