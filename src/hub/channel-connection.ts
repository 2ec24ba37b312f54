import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { CHANNEL_VERSION, DEAD_AFTER_MS, FromBridge } from '../contract/channel.ts'
import type { FromHub } from '../contract/channel.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { sayIssue } from '../contract/wrong-input.ts'
import { registerEncoders } from './bridge-encoders.ts'
import { isoAt } from './clock.ts'
import { nowOf } from './context.ts'
import type { HubContext } from './context.ts'
import { answerOrder, forgetOrder } from './orders.ts'
import { applyResult } from './results.ts'
import type { BridgeRow } from './store-bridges.ts'

const RESEND_AFTER_MS = 10_000
const SKEW_WORTH_NOTING_MS = 1_000

/** What carries the messages: a WebSocket, or the answers to polls. */
export interface Line {
  send(message: FromHub): void
  /** After what was sent. */
  close(): void
}

/** One bridge's conversation with the hub over one line. What it sends is read from the store, so nothing is lost with it. */
export interface Connection {
  readonly bridge: BridgeRow
  receive(value: unknown): void
  /** Sends the orders and cancels that the store holds for the bridge and this line hasn't carried yet. */
  flush(): void
  /** Sends again what stays unacknowledged; gives the line up when the bridge is silent for 45 s. */
  tick(): void
  goodbye(code: ErrorCode, message: string): void
  /** The line is gone. */
  end(): void
}

export interface ConnectionEvents {
  /** The hello was accepted; called before the welcome leaves. */
  onWelcome(connection: Connection): void
  onEnd(connection: Connection): void
}

type Hello = Extract<FromBridge, { type: 'hello' }>['body']
type Message = FromHub extends infer M ? (M extends FromHub ? Pick<M, 'type' | 'body'> : never) : never

const Version = z.object({ v: z.unknown() })

const welcomeOf = (hub: HubContext, bridge: BridgeRow): Message => {
  const keys = hub.store.siteKeys.all({ acs_system_id: bridge.acs_system_id })
  return {
    type: 'welcome',
    body: {
      bridge_id: bridge.bridge_id,
      acs_system_id: bridge.acs_system_id,
      site_keys: {
        current: Math.max(...keys.map((one) => one.version)),
        keys: Object.fromEntries(keys.map((one) => [String(one.version), one.key])),
      },
      hub_time: nowOf(hub),
      knows_key_systems: true,
    },
  }
}

const parseMessage = (value: unknown): FromBridge => {
  const parsed = FromBridge.safeParse(value)
  if (parsed.success) return parsed.data
  const version = Version.safeParse(value)
  if (version.success && version.data.v !== CHANNEL_VERSION) {
    throw new BridgeError('hub_protocol', `This hub speaks version ${CHANNEL_VERSION} of the channel.`)
  }
  const [issue] = parsed.error.issues
  throw new BridgeError(
    'request_invalid',
    `${issue?.path.join('.') ?? ''}: ${issue === undefined ? 'no message' : sayIssue(issue)}`,
  )
}

export const createConnection = (
  hub: HubContext,
  bridge: BridgeRow,
  line: Line,
  events: ConnectionEvents,
): Connection => {
  const { orders, bridges, sessions } = hub.store
  const log = hub.log.child({ component: 'channel', bridgeId: bridge.bridge_id })
  /** Sent and not acknowledged, by envelope id. */
  const awaiting = new Map<string, { message: FromHub; orderId: string; sentAtMs: number }>()
  /** What this line has carried: each order and each cancel once, until they are sent again for want of an ack. */
  const carried = new Set<string>()
  let openThere: ReadonlySet<string> = new Set()
  let takesNewToken = false
  let isWelcome = false
  let isOver = false
  let heardAtMs = hub.clock.now()
  let notedSkewMs: number | null = null

  const post = (message: Message): FromHub => {
    const envelope = { v: CHANNEL_VERSION, id: randomUUID(), at: nowOf(hub), ...message } as FromHub
    if (!isOver) line.send(envelope)
    return envelope
  }
  const postAndAwait = (message: Message, orderId: string): void => {
    carried.add(`${message.type} ${orderId}`)
    const sent = post(message)
    awaiting.set(sent.id, { message: sent, orderId, sentAtMs: hub.clock.now() })
  }

  const end = (): void => {
    if (isOver) return
    isOver = true
    line.close()
    events.onEnd(connection)
  }
  const goodbye = (code: ErrorCode, message: string): void => {
    if (isOver) return
    log.info({ code }, 'channel closed by the hub')
    post({ type: 'goodbye', body: { code, message } })
    end()
  }
  /** Whatever fails, the hub lives: the bridge is told, comes again, and finds the store as it was before. */
  const guarded = (step: () => void): void => {
    if (isOver) return
    try {
      step()
    } catch (thrown) {
      const error = toBridgeError(thrown)
      if (error.code === 'internal_error') log.error({ err: thrown }, 'channel message not handled')
      goodbye(error.code, error.code === 'internal_error' ? error.facts.cause : error.message)
    }
  }

  /** Whether the bridge may go on. What an operator has done meanwhile is in the store, like everything. */
  const isStillOurs = (): boolean => {
    if (bridges.find({ bridge_id: bridge.bridge_id, revoked_at: null }) !== null) return true
    goodbye('hub_unauthorized', 'This bridge was revoked. Pair it again.')
    return false
  }
  const offerToken = (): void => {
    if (!takesNewToken || carried.has('new_token')) return
    const [session] = sessions.all({ bridge_id: bridge.bridge_id })
    if (session?.next_token == null) return
    carried.add('new_token')
    post({ type: 'new_token', body: { token: session.next_token } })
  }

  const flush = (): void => {
    if (!isWelcome || isOver || !isStillOurs()) return
    offerToken()
    const now = nowOf(hub)
    for (const order of orders.all({ bridge_id: bridge.bridge_id, settled_at: null })) {
      const isPending = order.state === 'pending'
      const type = isPending ? 'order' : 'cancel'
      if (carried.has(`${type} ${order.order_id}`) || (isPending && order.expires_at <= now)) continue
      // A bridge that had it and names it no longer has ended it, or lost its journal: then a card may be written already.
      if (isPending && order.delivered_at !== null && !openThere.has(order.order_id)) continue
      if (isPending) {
        if (order.sent_at === null) orders.update({ order_id: order.order_id }, { sent_at: now })
        postAndAwait({ type: 'order', body: { ...order.body, fence: order.fence } }, order.order_id)
      } else {
        postAndAwait({ type: 'cancel', body: { order_id: order.order_id } }, order.order_id)
      }
    }
  }

  const hello = (body: Hello): void => {
    if (isWelcome) throw new BridgeError('request_invalid', 'A second hello on one connection.')
    registerEncoders(hub, bridge, body.encoders)
    isWelcome = true
    openThere = new Set(body.open_order_ids)
    takesNewToken = body.takes_new_token
    events.onWelcome(connection)
    log.info({ version: body.version, encoders: body.encoders.length }, 'bridge connected')
    post(welcomeOf(hub, bridge))
    for (const orderId of body.open_order_ids) {
      const wanted = orders.find({ order_id: orderId, bridge_id: bridge.bridge_id, state: 'pending' })
      if (wanted === null) postAndAwait({ type: 'cancel', body: { order_id: orderId } }, orderId)
    }
    flush()
  }

  const hearAck = (body: Extract<FromBridge, { type: 'ack' }>['body']): void => {
    const sent = awaiting.get(body.of)
    awaiting.delete(body.of)
    const order = sent && orders.find({ order_id: sent.orderId, bridge_id: bridge.bridge_id })
    if (!sent || !order) return
    hub.store.transaction(() => {
      if (sent.message.type === 'order') answerOrder(hub, order, body)
      else if (!body.accepted && body.code === 'order_unknown') forgetOrder(hub, order)
    })
  }

  /** Of a moving clock only what people would notice is worth a write. */
  const noteClock = (saidAt: string): void => {
    const skewMs = Date.parse(saidAt) - hub.clock.now()
    if (notedSkewMs !== null && Math.abs(skewMs - notedSkewMs) < SKEW_WORTH_NOTING_MS) return
    notedSkewMs = skewMs
    bridges.update({ bridge_id: bridge.bridge_id }, { clock_skew_ms: skewMs })
  }

  const hear = (message: FromBridge): void => {
    if (message.type === 'hello' || message.type === 'ping') noteClock(message.at)
    if (message.type === 'hello') return hello(message.body)
    if (!isWelcome) throw new BridgeError('request_invalid', 'The first message of a connection is hello.')
    switch (message.type) {
      case 'encoders':
        return registerEncoders(hub, bridge, message.body.encoders)
      case 'ping':
        return void post({ type: 'pong', body: {} })
      case 'ack':
        return hearAck(message.body)
      case 'result': {
        const answer = applyResult(hub, bridge, message.body)
        log.info(
          { orderId: message.body.order_id, ending: message.body.ending.kind, ...answer },
          'result received',
        )
        hub.gateway?.wake()
        return void post({ type: 'ack', body: { of: message.id, ...answer } })
      }
      case 'progress':
        return undefined
    }
  }

  const resend = (now: number): void => {
    for (const [id, sent] of awaiting) {
      if (now - sent.sentAtMs < RESEND_AFTER_MS) continue
      const order = orders.find({ order_id: sent.orderId })
      const isMoot =
        sent.message.type === 'order' && (order?.state !== 'pending' || order.expires_at <= isoAt(now))
      if (isMoot) {
        awaiting.delete(id)
        continue
      }
      sent.sentAtMs = now
      line.send(sent.message)
    }
  }

  const connection: Connection = {
    bridge,
    receive: (value) =>
      guarded(() => {
        heardAtMs = hub.clock.now()
        if (isStillOurs()) hear(parseMessage(value))
      }),
    flush: () => guarded(flush),
    tick: () =>
      guarded(() => {
        const now = hub.clock.now()
        if (now - heardAtMs >= DEAD_AFTER_MS) {
          log.info('bridge silent, connection given up')
          end()
          return
        }
        flush()
        resend(now)
      }),
    goodbye,
    end,
  }
  return connection
}
