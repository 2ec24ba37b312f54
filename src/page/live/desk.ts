import { BridgeError, toBridgeError } from '../../contract/errors.ts'
import { createControlClient, type ControlClient } from '../../client/index.ts'
import type { EventBody } from '../../control/schema/events.ts'
import type { MeResponse } from '../../control/schema/people.ts'
import type { WorkResponse } from '../../control/schema/work.ts'
import { createPause } from './pause.ts'
import { afterEvent, firstState, withSession, type DeskState, type OrderNote } from './state.ts'

/** The live state of the desk: read once, then kept by the daemon's events, for ever. */
export interface Desk {
  readonly client: ControlClient
  get(): DeskState
  /** Tells of every change of the state. */
  subscribe(observer: () => void): () => void
  /** Tells of every event as it comes: cards, scans. */
  onEvent(observer: (event: EventBody) => void): () => void
  /** Takes what a call has answered about who is at the page. */
  setMe(me: MeResponse): void
  setWork(work: WorkResponse): void
  noteOrder(orderId: string, note: Partial<OrderNote>): void
}

const isSignedOut = ({ code }: BridgeError): boolean => code === 'control_unauthorized'

/** Opens the page's view of the desk; it signs in first where a code is given. Never rejects: the state tells. */
export const openDesk = (endpoint: string, signInCode: string | null): Desk => {
  let state = firstState
  const pause = createPause()
  const observers = new Set<() => void>()
  const listeners = new Set<(event: EventBody) => void>()
  const set = (change: Partial<DeskState>): void => {
    state = { ...state, ...change }
    for (const observer of observers) observer()
  }
  const client = createControlClient({
    endpoint,
    openSocket: (url) => {
      const socket = new WebSocket(url)
      // Only now: what happened before the line was up is told by nobody.
      socket.addEventListener('open', () => {
        pause.reset()
        readAll().catch(() => socket.close())
      })
      return socket
    },
  })
  const fail = (thrown: unknown): BridgeError => {
    const error = toBridgeError(thrown)
    if (isSignedOut(error)) set({ reach: 'signed_out', error, me: null, work: null })
    else if (error.code === 'daemon_unreachable') set({ reach: 'unreachable', error })
    return error
  }

  const mayRead = (): boolean => state.me?.role != null
  const readWork = async (): Promise<void> => {
    if (mayRead()) set({ work: await client.work() })
  }
  const readMe = async (): Promise<void> => {
    set({ me: await client.me() })
    if (!mayRead()) set({ work: null })
    await readWork()
  }
  const readAll = async (): Promise<void> => {
    const [me, status] = await Promise.all([client.me(), client.status()])
    const sessions = status.sessions.reduce(withSession, state.sessions)
    set({ me, status, sessions, reach: 'reached', error: null })
    await Promise.all([readWork(), readMissedEndings()])
  }
  /** What was open when the line went may have ended meanwhile. */
  const readMissedEndings = async (): Promise<void> => {
    const open = [...state.sessions.values()].filter(({ state: at }) => at !== 'ended')
    if (open.length === 0 || !mayRead()) return
    const known = new Set(open.map(({ order_id: id }) => id))
    const { sessions } = await client.sessions()
    set({
      sessions: sessions.filter(({ order_id: id }) => known.has(id)).reduce(withSession, state.sessions),
    })
  }

  const take = (event: EventBody): void => {
    const next = afterEvent(state, event)
    if (next !== state) set(next)
    if (event.type === 'work.changed') void readWork().catch(fail)
    if (event.type === 'me.changed') void readMe().catch(fail)
    for (const listener of listeners) listener(event)
  }

  const explain = async (): Promise<void> => {
    // A browser does not tell what a WebSocket was refused for; a call does.
    const refused = state.error?.code === 'sign_in_refused' ? state.error : null
    const failure = await client.me().then(() => fail(new BridgeError('daemon_unreachable')), fail)
    if (isSignedOut(failure)) set({ error: refused ?? failure })
    else pause.after(listen)
  }
  const listen = (): void => {
    client.events({}, { onEvent: take, onEnd: () => void explain() })
  }

  const start = async (): Promise<void> => {
    if (signInCode !== null) {
      try {
        await client.signIn({ code: signInCode })
      } catch (error) {
        set({ error: toBridgeError(error) })
      }
    }
    listen()
  }
  void start()

  return {
    client,
    get: () => state,
    subscribe: (observer) => {
      observers.add(observer)
      return () => void observers.delete(observer)
    },
    onEvent: (observer) => {
      listeners.add(observer)
      return () => void listeners.delete(observer)
    },
    setMe: (me) => {
      set({ me, ...(me.role === null && { work: null }) })
      void readWork().catch(fail)
    },
    setWork: (work) => set({ work }),
    noteOrder: (orderId, note) => {
      const known = state.orders.get(orderId) ?? { title: '', isSeen: false }
      set({ orders: new Map(state.orders).set(orderId, { ...known, ...note }) })
    },
  }
}
