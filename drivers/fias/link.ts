/**
 * The link: who is there, what it wants to be told, and whether it still lives. We are the PMS side.
 *
 *     PMS   LS ────────────────────────────► LA      LA ──►        LE
 *     lock       LD  LR..LR  LA ──►   or  LS            LA ──►
 *
 * Whoever connected, and whoever speaks first: we send LS, and answer theirs with LA. A lock system that gets an LS describes
 * itself (LD), asks for fields (LR), and ends that with LA; others were seen that send LS and want nothing but the LA.
 *
 * Nobody's answer is answered: one side echoes every LA, the other every LS, and two such would never be quiet.
 * @module
 */
import {
  BridgeError,
  type Clock,
  type IoOptions,
  type TcpTransport,
  throwIfAborted,
} from 'encoder-bridge/driver'
import type { FiasOptions } from './options.ts'
import { createFrameReader, encodeFrame } from './frames.ts'
import { askedBy, type FiasRecord, formatRecord, nowFields, parseRecord } from './protocol.ts'
import { createWaiting } from './waiting.ts'

/** Opening has 8 s of the slot's. */
const OPEN_MS = 6000
/** A lock system that was not ready for our LS gets another one. */
const START_AGAIN_MS = 2000
/** One that sent LS and then nothing wants no more than the LA that it got. */
const SETTLE_MS = 1000
/** LRs were seen to come one a second, with an LA behind the last; when that never comes, silence does as well. */
const DESCRIBE_MS = 5000
/** How long a command waits for a link that is being described. */
const READY_MS = 30_000
/** Between two answers of a kind; and between two LS of ours, where theirs asks for one. */
const ANSWER_PAUSE_MS = 500
const LS_PAUSE_MS = 5000
/** The sign of life: first by LA, then, where that is not answered, by LS. The slot has 2 s. */
const ALIVE_MS = 800
/** A lock system that answers LS alone is not made to describe itself at every sign of life. */
const QUIET_LIFE_MS = 60_000
/** What LE has to leave before the connection is closed. */
const END_MS = 500

export interface LinkEvents {
  /** A key answer. */
  onAnswer(answer: FiasRecord): void
  /** The lock system has started anew: what was under way there is not any more, or nobody knows. */
  onRestart(): void
  /** Called once. */
  onLost(error: BridgeError): void
}

export interface Link {
  /** Since when the link was up first, in the clock's milliseconds. */
  readonly upSinceMs: number
  /** V# of the lock system, once it has described itself. */
  readonly version: string | null
  /** The fields that an LR names for a record. Undefined: it sent LRs, and none for this one. Null: it sent none at all. */
  asked(record: string): ReadonlySet<string> | null | undefined
  /** Resolves when a lock system has shown itself. Rejects `device_unresponsive`, `device_mismatch`, the loss, `aborted`. */
  open(io: IoOptions): Promise<void>
  /** Resolves when records may be sent. Rejects `device_unresponsive`, the loss, `aborted`. */
  ready(io: IoOptions): Promise<void>
  /** Asks once for another description: something of the first one may be lost. Rejects as `ready` does. */
  describeAgain(io: IoOptions): Promise<void>
  /**
   * Rejects `device_unresponsive` when neither LA nor LS is answered, the loss, `aborted`. While the lock system works for
   * somebody it is not asked to start anew by LS.
   */
  probe(isWorking: boolean, io: IoOptions): Promise<void>
  /** Sends a record. Rejects as the transport does. */
  send(text: string): Promise<void>
  /** Says LE, and closes the transport. */
  close(): Promise<void>
}

interface Parts {
  readonly transport: TcpTransport
  readonly clock: Clock
  readonly wallClock: () => Date
  readonly options: Pick<FiasOptions, 'resync'>
  readonly events: LinkEvents
}

/** Makes the link over a transport, and listens from now on. Nothing is sent before `open`. */
export const createLink = ({ transport, clock, wallClock, options, events }: Parts): Link => {
  const reader = createFrameReader()
  const waiting = createWaiting(clock)
  const asked = new Map<string, ReadonlySet<string>>()
  let phase: 'starting' | 'described' | 'up' = 'starting'
  let upSinceMs: number | undefined
  let version: string | null = null
  let lost: BridgeError | undefined
  let settling: unknown
  let isHeard = false
  let records = 0
  let heardAtMs = Number.NEGATIVE_INFINITY
  const saidAtMs = new Map<string, number>()
  /** An LA that comes before this is the answer to ours. */
  let answerDueUntilMs = Number.NEGATIVE_INFINITY
  /** It answers LS, and not LA. */
  let isQuiet = false
  let isDescribedAgain = false

  const send = (text: string): Promise<void> => transport.write(encodeFrame(text))
  /** One of the link's own records; a line that is gone says so itself. */
  const say = (id: 'LS' | 'LA' | 'LE' | 'DS' | 'DE'): Promise<void> => {
    saidAtMs.set(id, clock.now())
    return send(formatRecord(id, nowFields(wallClock()))).catch(() => undefined)
  }
  const isDue = (id: string, pauseMs: number): boolean =>
    clock.now() - (saidAtMs.get(id) ?? Number.NEGATIVE_INFINITY) >= pauseMs

  const becomeUp = (): void => {
    clock.clearTimeout(settling)
    settling = undefined
    phase = 'up'
    upSinceMs ??= clock.now()
  }
  const settleIn = (delayMs: number): void => {
    clock.clearTimeout(settling)
    settling = clock.setTimeout(() => {
      becomeUp()
      waiting.look()
    }, delayMs)
  }

  const lose = (error: BridgeError): void => {
    if (lost !== undefined) return
    lost = error
    clock.clearTimeout(settling)
    waiting.end(error)
    events.onLost(error)
  }

  const onStart = (): void => {
    if (phase === 'up') events.onRestart()
    if (phase !== 'described') {
      phase = 'starting'
      if (settling === undefined) settleIn(SETTLE_MS)
    }
    if (isDue('LA', ANSWER_PAUSE_MS)) void say('LA')
    if (isDue('LS', LS_PAUSE_MS)) void say('LS')
  }

  const onRecord = (record: FiasRecord): void => {
    records += 1
    heardAtMs = clock.now()
    switch (record.id) {
      case 'LS':
        return onStart()
      case 'LD':
        asked.clear()
        version = record.fields.get('V#') ?? null
        phase = 'described'
        return settleIn(DESCRIBE_MS)
      case 'LR': {
        const wish = askedBy(record)
        if (wish !== null) asked.set(wish.record, wish.fields)
        if (phase === 'described') settleIn(DESCRIBE_MS)
        return
      }
      case 'LA':
        if (clock.now() > answerDueUntilMs && isDue('LA', ANSWER_PAUSE_MS)) void say('LA')
        answerDueUntilMs = Number.NEGATIVE_INFINITY
        return becomeUp()
      case 'LE':
        return lose(new BridgeError('device_lost', 'The lock system has ended the link.'))
      case 'KA':
        return events.onAnswer(record)
      case 'DR':
        // We keep no guests. A list has a record for every room that something is said of (GI, GO): this one says nothing.
        if (options.resync === 'ignored' || !isDue('DE', ANSWER_PAUSE_MS)) return
        void say('DS')
        void say('DE')
    }
  }

  const stopListening = transport.listen({
    onBytes: (bytes) => {
      isHeard = true
      for (const text of reader.push(bytes)) {
        const record = parseRecord(text)
        if (record !== null && lost === undefined) onRecord(record)
      }
      waiting.look()
    },
    onLost: lose,
  })

  const isUp = (): boolean => phase === 'up'

  const open: Link['open'] = async (io) => {
    const endsAtMs = clock.now() + OPEN_MS
    while (clock.now() < endsAtMs) {
      throwIfAborted(io.signal)
      if (records === 0) void say('LS')
      if (await waiting.until(isUp, Math.min(START_AGAIN_MS, endsAtMs - clock.now()), io)) return
    }
    // Still being described: the rest is waited for by the first command.
    if (phase === 'described') return
    if (isHeard && records === 0) {
      throw new BridgeError('device_mismatch', 'Bytes come over the connection, but no records of FIAS.')
    }
    throw new BridgeError('device_unresponsive', 'The lock system does not answer LS.')
  }

  /** Whether anything is heard after a record of ours. */
  const hears = async (id: 'LA' | 'LS', io: IoOptions): Promise<boolean> => {
    const before = records
    void say(id)
    return waiting.until(() => records > before, ALIVE_MS, io)
  }

  /** Says LE, as long as that takes no time to speak of. */
  const sayEnd = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, END_MS)
      void say('LE').then(() => {
        clock.clearTimeout(timer)
        resolve()
      })
    })

  const ready: Link['ready'] = async (io) => {
    if (!(await waiting.until(isUp, READY_MS, io))) {
      throw new BridgeError('device_unresponsive', 'The lock system does not come to an end with its LRs.')
    }
  }

  return {
    get upSinceMs() {
      return upSinceMs ?? clock.now()
    },
    get version() {
      return version
    },
    asked: (record) => (asked.size === 0 ? null : asked.get(record)),
    open,
    ready,
    describeAgain: async (io) => {
      if (isDescribedAgain) return
      isDescribedAgain = true
      phase = 'starting'
      settleIn(SETTLE_MS)
      void say('LS')
      await ready(io)
    },
    probe: async (isWorking, io) => {
      throwIfAborted(io.signal)
      if (isQuiet && (isWorking || clock.now() - heardAtMs < QUIET_LIFE_MS)) return
      if (!isQuiet) {
        answerDueUntilMs = clock.now() + ALIVE_MS
        if (await hears('LA', io)) return
        answerDueUntilMs = Number.NEGATIVE_INFINITY
      }
      isQuiet = !isWorking && (await hears('LS', io))
      if (!isQuiet) throw new BridgeError('device_unresponsive', 'The lock system gives no sign of life.')
    },
    send,
    close: async () => {
      const isThere = lost === undefined && records > 0
      lose(new BridgeError('device_closed'))
      if (isThere) await sayEnd()
      stopListening()
      await transport.close()
    },
  }
}
