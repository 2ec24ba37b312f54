import type { ChannelEncoder } from '../contract/channel.ts'
import type { Encoders } from '../contract/encoders.ts'
import { toBridgeError } from '../contract/errors.ts'
import type { OrderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import type { Sessions, SessionState, SessionView } from '../contract/session-view.ts'
import type { Outgoing } from './conversation.ts'
import type { LinkLogger } from './link-logger.ts'
import { toChannelEncoder, toSnakeCase } from './to-channel.ts'

export interface AnnouncementSettings {
  readonly encoders: Pick<Encoders, 'list' | 'onChange'>
  readonly sessions: Pick<Sessions, 'onChange'>
  readonly journal: Pick<Journal, 'entry'>
  readonly logger: LinkLogger
}

/** Tells the hub of changes that it need not acknowledge: our encoders, and how far its orders have come. */
export interface Announcements {
  encoders(): ChannelEncoder[]
  /** A new connection, whose hello named `told`. */
  attach(send: (message: Outgoing) => void, told: readonly ChannelEncoder[]): void
  detach(): void
  close(): void
}

export const createAnnouncements = (settings: AnnouncementSettings): Announcements => {
  const { journal, logger } = settings
  const lastStates = new Map<OrderId, SessionState>()
  let send: ((message: Outgoing) => void) | null = null
  let toldText = ''
  let isQueued = false

  const list = (): ChannelEncoder[] => settings.encoders.list().map(toChannelEncoder)

  const tellEncoders = (): void => {
    isQueued = false
    const encoders = list()
    const text = JSON.stringify(encoders)
    if (send === null || text === toldText) return
    toldText = text
    send({ type: 'encoders', body: { encoders } })
  }
  /** Many changes of one turn, as when a USB hub is unplugged, become one message. */
  const onEncoders = (): void => {
    if (isQueued) return
    isQueued = true
    queueMicrotask(tellEncoders)
  }
  const isHubOrder = (orderId: OrderId): boolean => {
    try {
      return journal.entry(orderId)?.order.origin === 'hub'
    } catch (error) {
      logger.debug({ orderId, code: toBridgeError(error).code }, 'progress not told')
      return false
    }
  }
  const onSession = ({ orderId, state }: SessionView): void => {
    if (lastStates.get(orderId) === state) return
    if (state === 'ended') lastStates.delete(orderId)
    else lastStates.set(orderId, state)
    if (send === null || !isHubOrder(orderId)) return
    send({ type: 'progress', body: { order_id: orderId, state: toSnakeCase(state) } })
  }

  const stopEncoders = settings.encoders.onChange(onEncoders)
  const stopSessions = settings.sessions.onChange(onSession)
  const detach = (): void => {
    send = null
  }
  return {
    encoders: list,
    attach: (sendOver, told) => {
      send = sendOver
      toldText = JSON.stringify(told)
      tellEncoders()
    },
    detach,
    close: () => {
      stopEncoders()
      stopSessions()
      detach()
    },
  }
}
