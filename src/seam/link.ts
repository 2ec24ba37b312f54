import type { z } from 'zod'
import type { ChannelEncoder, FromHub } from '../contract/channel.ts'
import type { Credentials } from '../contract/credentials.ts'
import type { Encoders } from '../contract/encoders.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { Journal, Pairing } from '../contract/journal.ts'
import { createObservers } from '../contract/observers.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { Sessions } from '../contract/session-view.ts'
import type { Clock } from '../contract/transport.ts'
import { createAnnouncements } from './announcements.ts'
import { type Conversation, openConversation, type Outgoing } from './conversation.ts'
import { type HubAddress, hubUrl } from './hub-address.ts'
import {
  type DeskEncode,
  type DeskOrder,
  type Entrance,
  listEntrancesOfHub,
  lookUpCredential,
  requestEncodeOfHub,
} from './hub-calls.ts'
import { postToHub } from './hub-http.ts'
import type { HubNetwork } from './hub-network.ts'
import { createHubTime, type HubTime } from './hub-time.ts'
import type { LinkLogger } from './link-logger.ts'
import { createOrderIntake, type Verdict } from './order-intake.ts'
import { createOutbox } from './outbox.ts'
import { openPollingLine } from './polling-line.ts'
import { mergeSiteKeys } from './site-keys.ts'
import {
  type Attempt,
  type AttemptListener,
  type LinkState,
  type LinkTransport,
  openSupervisor,
  type Supervisor,
} from './supervisor.ts'
import { openWebSocketLine } from './web-socket-line.ts'

const MAX_SKEW_MS = 120_000
/** Each new token is a write and a new connection. */
const RENEW_EVERY_MS = 60_000

export interface LinkOptions {
  readonly journal: Journal
  readonly encoders: Pick<Encoders, 'list' | 'onChange'>
  readonly sessions: Pick<Sessions, 'cancel' | 'list' | 'onChange' | 'view'>
  /** Marks of this computer, told now: a pairing of another computer is not used. */
  readonly machineMarks: () => readonly string[]
  /** Replaces the address that the bridge was paired at; null keeps that. */
  readonly endpointOverride: string | null
  readonly network: HubNetwork
  /** This program's version, for the hub's lists. */
  readonly version: string
  readonly clock: Clock
  readonly wallClock: () => Date
  /** Between 0 and 1, for the jitter of the back-off. */
  readonly random: () => number
  readonly logger: LinkLogger
  /** New encodes are refused beyond this difference from the hub's clock. */
  readonly maxSkewMs?: number
}

/** The bridge's end of the channel: it connects by itself, and again, for as long as it is open. */
export interface Link extends Credentials {
  view(): LinkView
  /** Called when the state, the transport or the error has changed. */
  onChange(observer: () => void): () => void
  /**
   * Asks the hub to order an encode at one of our encoders. Rejects `not_paired`, `machine_changed`, `hub_unreachable`, `hub_unauthorized`,
   * `hub_refused` with the hub's reason, `hub_protocol`, `aborted`.
   */
  requestEncode(wanted: DeskEncode, signal: AbortSignal): Promise<DeskOrder>
  /** Asks the hub for the doors of our access system. Rejects as `requestEncode` does. */
  listEntrances(signal: AbortSignal): Promise<readonly Entrance[]>
  /** Asks the hub something beside the channel. Rejects as `requestEncode` does. */
  ask<T extends z.ZodType>(path: string, body: object, answer: T, signal: AbortSignal): Promise<z.infer<T>>
  /** Called when the hub has taken or refused a result. */
  onDelivered(observer: () => void): () => void
  /** The pairing in the journal is another one, or gone. */
  pairingChanged(): void
  close(): void
}

type Welcome = Extract<FromHub, { type: 'welcome' }>['body']

const lineOf = { websocket: openWebSocketLine, polling: openPollingLine }

const idle: LinkView = {
  state: 'unpaired',
  transport: null,
  hubEndpoint: null,
  connectedSince: null,
  clockSkewMs: null,
  error: null,
}

const shown = (error: BridgeError): LinkView['error'] => ({ code: error.code, message: error.message })

/** Opens the link, and starts connecting when the journal holds a pairing. Never throws; what is wrong is in its view. */
export const openLink = (options: LinkOptions): Link => {
  const { journal, clock, wallClock, logger, maxSkewMs = MAX_SKEW_MS } = options
  const closing = new AbortController()
  const observers = new Set<() => void>()
  const delivered = createObservers<void>()
  const outbox = createOutbox(options)
  const announcements = createAnnouncements(options)
  const intake = createOrderIntake({ ...options, maxSkewMs })
  let view = idle
  let supervisor: Supervisor | null = null
  let hubTime: HubTime | null = null
  let knowsKeySystems = false
  let renewedAt: number | null = null

  const show = (changes: Partial<LinkView>): void => {
    view = { ...view, ...changes }
    for (const observer of observers) observer()
  }
  const addressOf = (pairing: Pairing): HubAddress => ({
    endpoint: options.endpointOverride ?? pairing.hubEndpoint,
    token: pairing.token,
    network: options.network,
  })
  /** Throws `machine_changed` for a disk that came here from another computer: its token may be in use there too. */
  const checkMachine = ({ machine }: Pairing): void => {
    const here = options.machineMarks()
    if (machine.length > 0 && here.length > 0 && !machine.some((mark) => here.includes(mark))) {
      throw new BridgeError('machine_changed')
    }
  }

  /** Another bridge or system behind our token means that orders and cards would go astray. */
  const takeWelcome = (welcome: Welcome, pairing: Pairing): void => {
    if (welcome.bridge_id !== pairing.bridgeId || welcome.acs_system_id !== pairing.acsSystemId) {
      throw new BridgeError(
        'hub_protocol',
        'It takes us for another bridge than the one that was paired; pair again.',
      )
    }
    const keys = mergeSiteKeys(journal.siteKeys(), welcome.site_keys)
    if (keys !== null) journal.setSiteKeys(keys)
    hubTime = createHubTime(welcome.hub_time, clock, wallClock)
    knowsKeySystems = welcome.knows_key_systems
  }

  const dial = (pairing: Pairing, transport: LinkTransport, attempt: AttemptListener): Attempt => {
    let told: ChannelEncoder[] = []
    const answer = (of: string, verdict: Verdict): void => {
      if (verdict !== null) conversation.send({ type: 'ack', body: { of, ...verdict } })
    }
    const hello = () => {
      told = announcements.encoders()
      const open = journal.open().filter((entry) => entry.order.origin === 'hub')
      const openOrderIds = open.map((entry) => entry.order.orderId)
      return { version: options.version, encoders: told, open_order_ids: openOrderIds, takes_new_token: true }
    }
    const conversation: Conversation = openConversation({
      open: lineOf[transport],
      address: addressOf(pairing),
      clock,
      wallClock,
      logger,
      hello,
      listener: {
        onWelcome: (welcome) => {
          takeWelcome(welcome, pairing)
          attempt.onUp()
          const send = (message: Outgoing): void => conversation.send(message)
          announcements.attach(send, told)
          outbox.attach(send)
        },
        onOrder: (id, body) => {
          if (hubTime === null) return
          answer(id, intake.order(body, { bridgeId: pairing.bridgeId, time: hubTime, knowsKeySystems }))
        },
        onCancel: (id, orderId) => answer(id, intake.cancel(orderId)),
        onAck: (ack) => {
          if (outbox.onAck(ack)) delivered.tell()
        },
        onNewToken: (token) => {
          if (renewedAt !== null && clock.now() - renewedAt < RENEW_EVERY_MS) {
            throw new BridgeError('hub_protocol', 'It changes the token again and again.')
          }
          journal.setPairing({ ...pairing, token })
          // Only now: an offer that a full disk could not keep comes again.
          renewedAt = clock.now()
          logger.info({}, 'the hub has given a new token')
          connect()
        },
        onHubTime: (at) => {
          hubTime = createHubTime(at, clock, wallClock)
        },
        onEnded: (error) => attempt.onDown(error),
      },
    })
    return conversation
  }

  const onState = (next: LinkState): void => {
    if (next.state === 'connected') {
      const { transport } = next
      logger.info({ hubEndpoint: view.hubEndpoint, transport }, 'linked to the hub')
      return show({ state: 'connected', transport, connectedSince: wallClock().toISOString(), error: null })
    }
    outbox.detach()
    announcements.detach()
    const down = { transport: null, connectedSince: null }
    if (next.state === 'connecting') return show({ ...down, state: 'connecting' })
    const facts = { code: next.error.code, detail: next.error.detail }
    // Said once per outage: the hub may be away for days.
    if (view.error?.code === next.error.code) logger.debug(facts, 'no link to the hub')
    else logger.warn(facts, 'no link to the hub')
    show({ ...down, state: next.state, error: shown(next.error) })
  }

  const disconnect = (): void => {
    supervisor?.stop()
    supervisor = null
    hubTime = null
    outbox.detach()
    announcements.detach()
    view = idle
  }
  const connect = (): void => {
    disconnect()
    try {
      const pairing = journal.pairing()
      if (pairing === null) return show({})
      const { endpoint } = addressOf(pairing)
      show({ state: 'connecting', hubEndpoint: endpoint })
      hubUrl(endpoint, '/')
      checkMachine(pairing)
      supervisor = openSupervisor({
        clock,
        random: options.random,
        dial: (transport, attempt) => dial(pairing, transport, attempt),
        onState,
      })
    } catch (thrown) {
      const error = toBridgeError(thrown)
      logger.warn({ code: error.code, detail: error.detail }, 'the link cannot be opened')
      show({ state: 'refused', error: shown(error) })
    }
  }
  connect()

  const address = (): HubAddress => {
    const pairing = journal.pairing()
    if (pairing === null) throw new BridgeError('not_paired')
    checkMachine(pairing)
    return addressOf(pairing)
  }
  const untilClosed = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, closing.signal])
  const skewError = (skewMs: number): LinkView['error'] =>
    Math.abs(skewMs) > maxSkewMs ? shown(new BridgeError('clock_skewed')) : null

  return {
    view: () => {
      if (hubTime === null) return view
      const clockSkewMs = hubTime.skewMs()
      return { ...view, clockSkewMs, error: view.error ?? skewError(clockSkewMs) }
    },
    onChange: (observer) => {
      observers.add(observer)
      return () => observers.delete(observer)
    },
    lookup: async (credentialId, signal) =>
      lookUpCredential(address(), clock, credentialId, untilClosed(signal)),
    requestEncode: async (wanted, signal) =>
      requestEncodeOfHub(address(), clock, wanted, untilClosed(signal)),
    listEntrances: async (signal) => listEntrancesOfHub(address(), clock, untilClosed(signal)),
    ask: async (path, body, answer, signal) =>
      (await postToHub({ address: address(), path, body, answer, clock, signal: untilClosed(signal) })).body,
    onDelivered: delivered.add,
    pairingChanged: connect,
    close: () => {
      disconnect()
      closing.abort()
      outbox.close()
      announcements.close()
      observers.clear()
    },
  }
}
