import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { CHANNEL_VERSION, DEAD_AFTER_MS, FromHub, PING_EVERY_MS } from '../contract/channel.ts'
import type { FromBridge } from '../contract/channel.ts'
import { BridgeError, ErrorCode, toBridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import type { HubAddress } from './hub-address.ts'
import { firstIssue } from './hub-http.ts'
import type { OpenLine } from './line.ts'
import type { LinkLogger } from './link-logger.ts'

const WELCOME_WITHIN_MS = 10_000
const MINUTE_MS = 60_000
/** Orders and cancels of a whole hotel's day; each costs us lines in the journal and the log. */
const MAX_MESSAGES_A_MINUTE = 3_000

type Unstamped<M> = M extends FromBridge ? Omit<M, 'v' | 'id' | 'at'> & { readonly id?: string } : never
/** A message of ours without its envelope; an id only where it must be known again. */
export type Outgoing = Unstamped<FromBridge>

type BodyOf<T extends FromHub['type']> = Extract<FromHub, { type: T }>['body']

/** What a conversation tells the link. Whatever throws here ends the conversation with what was thrown. */
export interface ConversationListener {
  /** The hub has taken us for whom we are. */
  onWelcome(welcome: BodyOf<'welcome'>): void
  /** The body is unchecked, so that a malformed order can be refused by its envelope's id. */
  onOrder(id: string, body: unknown): void
  onCancel(id: string, orderId: string): void
  onAck(ack: BodyOf<'ack'>): void
  /** The token to come with from the next connection on. A secret. */
  onNewToken(token: string): void
  /** What the hub's clock says now: a connection may outlive drifting clocks and short sleeps. */
  onHubTime(at: string): void
  /** Once, and not after `end`: why it is over. */
  onEnded(error: BridgeError): void
}

export interface ConversationSettings {
  readonly open: OpenLine
  readonly address: HubAddress
  readonly clock: Clock
  readonly wallClock: () => Date
  readonly logger: LinkLogger
  /** The body of our hello, asked for when the line is open. */
  readonly hello: () => Extract<FromBridge, { type: 'hello' }>['body']
  readonly listener: ConversationListener
}

/** The messages of one line, from hello to its end. */
export interface Conversation {
  send(message: Outgoing): void
  end(): void
}

const Envelope = z.object({
  v: z.literal(CHANNEL_VERSION),
  id: z.string().min(1).max(64),
  type: z.string(),
  body: z.unknown(),
})

/**
 * Holds a conversation over a new line: hello, welcome, then orders, cancels and acknowledgements as they come.
 * It ends by itself with `hub_unreachable` when nothing was heard for 45 s (10 s before the welcome), and with
 * `hub_protocol` when the hub doesn't speak the channel.
 */
export const openConversation = (settings: ConversationSettings): Conversation => {
  const { clock, listener, logger } = settings
  let isOver = false
  let isWelcome = false
  let heardAt = clock.now()
  let minuteAt = heardAt
  let heardInMinute = 0

  const end = (): void => {
    isOver = true
    clock.clearTimeout(timer)
    line.close()
  }
  const fail = (error: BridgeError): void => {
    if (isOver) return
    end()
    listener.onEnded(error)
  }
  /** Runs what may throw; a conversation that can't go on truthfully starts again. */
  const attempt = (step: () => void): void => {
    try {
      if (!isOver) step()
    } catch (error) {
      fail(toBridgeError(error))
    }
  }
  const send = (message: Outgoing): void => {
    const at = settings.wallClock().toISOString()
    if (!isOver) line.send({ id: randomUUID(), ...message, v: CHANNEL_VERSION, at })
  }

  const watch = (): void => {
    const silentMs = clock.now() - heardAt
    if (silentMs >= DEAD_AFTER_MS) {
      return fail(new BridgeError('hub_unreachable', `It was silent for ${Math.round(silentMs / 1000)} s.`))
    }
    send({ type: 'ping', body: {} })
    timer = clock.setTimeout(watch, Math.min(PING_EVERY_MS, DEAD_AFTER_MS - silentMs))
  }
  let timer = clock.setTimeout(() => {
    fail(new BridgeError('hub_unreachable', `It gave no welcome within ${WELCOME_WITHIN_MS / 1000} s.`))
  }, WELCOME_WITHIN_MS)

  const welcome = (body: BodyOf<'welcome'>): void => {
    if (isWelcome) return
    isWelcome = true
    clock.clearTimeout(timer)
    timer = clock.setTimeout(watch, PING_EVERY_MS)
    listener.onWelcome(body)
  }
  const hear = (message: FromHub): void => {
    if (message.type === 'welcome') return welcome(message.body)
    if (message.type === 'goodbye') {
      const code = ErrorCode.safeParse(message.body.code).data ?? 'hub_refused'
      return fail(new BridgeError(code, `The hub says: ${message.body.message.slice(0, 300)}`))
    }
    // An order before the welcome would be judged by a clock that is not known yet; the hub sends it again.
    if (!isWelcome) return undefined
    if (message.type === 'pong') return listener.onHubTime(message.at)
    if (message.type === 'new_token') return listener.onNewToken(message.body.token)
    if (message.type === 'cancel') return listener.onCancel(message.id, message.body.order_id)
    return message.type === 'ack' ? listener.onAck(message.body) : undefined
  }
  const count = (): void => {
    if (clock.now() - minuteAt >= MINUTE_MS) {
      minuteAt = clock.now()
      heardInMinute = 0
    }
    heardInMinute += 1
    if (heardInMinute > MAX_MESSAGES_A_MINUTE) {
      throw new BridgeError(
        'hub_protocol',
        `It sent more than ${MAX_MESSAGES_A_MINUTE} messages in a minute.`,
      )
    }
  }
  const receive = (value: unknown): void => {
    heardAt = clock.now()
    if (value === undefined) throw new BridgeError('hub_protocol', 'What it sent is no JSON.')
    const envelope = Envelope.safeParse(value)
    if (!envelope.success) {
      throw new BridgeError('hub_protocol', `What it sent is no message (${firstIssue(envelope.error)}).`)
    }
    const { type, id, body } = envelope.data
    // Each of our results has its ack, and after an outage there may be any number.
    if (type !== 'ack') count()
    if (type === 'order' && isWelcome) return listener.onOrder(id, body)
    const message = FromHub.safeParse(value)
    if (message.success) return hear(message.data)
    if (type === 'welcome')
      throw new BridgeError('hub_protocol', `Its welcome: ${firstIssue(message.error)}.`)
    // A newer hub may say more than we know.
    logger.debug({ type, issue: firstIssue(message.error) }, 'message passed over')
  }

  const line = settings.open(settings.address, clock, {
    onOpen: () => attempt(() => send({ type: 'hello', body: settings.hello() })),
    onMessage: (value) => attempt(() => receive(value)),
    onClosed: fail,
  })
  return { send, end }
}
