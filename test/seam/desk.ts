import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChannelOrder } from '../../src/contract/channel.ts'
import type { EncoderView } from '../../src/contract/encoders.ts'
import { CardUid, EncoderId, OrderId } from '../../src/contract/ids.ts'
import type { Journal } from '../../src/contract/journal.ts'
import type { LinkView } from '../../src/contract/link-view.ts'
import { Order } from '../../src/contract/order.ts'
import type { Ending } from '../../src/contract/outcome.ts'
import type { SessionView } from '../../src/contract/session-view.ts'
import { openJournal } from '../../src/journal/journal.ts'
import type { HubNetwork } from '../../src/seam/hub-network.ts'
import { type Link, type LinkOptions, openLink } from '../../src/seam/link.ts'
import { createFakeClock } from '../support/fake-clock.ts'
import { BRIDGE_ID, HUB_TIME, SYSTEM_ID, TOKEN } from './fake-hub.ts'

export const ENCODER_ID = EncoderId.parse('33333333-3333-4333-8333-333333333333')
export const OTHER_ENCODER_ID = '44444444-4444-4444-8444-444444444444'
export const METHOD_ID = '55555555-5555-4555-8555-555555555555'
export const CREDENTIAL_ID = '66666666-6666-4666-8666-666666666666'

/** No proxy, and the public authorities. */
export const straight: HubNetwork = { ca: null, proxy: null, noProxy: '' }

export const encoded: Ending = {
  kind: 'encoded',
  uid: CardUid.parse('04A1B2C3'),
  technology: 'mifare-classic-1k',
  proof: 'readBack',
  keys: null,
}

export const readyEncoder: EncoderView = {
  encoderId: ENCODER_ID,
  name: 'Front Desk',
  driver: 'pn532',
  kind: 'card',
  address: null,
  keys: null,
  transport: 'serial',
  identity: 'path:/dev/ttyUSB0',
  presentation: 'field',
  indicators: [],
  path: '/dev/ttyUSB0',
  layout: 'demo',
  technologies: ['mifare-classic-1k'],
  state: 'ready',
  error: null,
  info: null,
  lease: null,
}

/** An encode order as the hub sends it, good until an hour after HUB_TIME. */
export const channelOrder = (changes: Partial<ChannelOrder> = {}): ChannelOrder => ({
  order_id: 'order-1',
  kind: 'encode',
  bridge_id: BRIDGE_ID,
  acs_encoder_ids: [ENCODER_ID],
  fence: 7,
  ordered_at: '2026-06-01T11:59:59.000Z',
  expires_at: '2026-06-01T13:00:00.000Z',
  ordered_by: 'api key …4f2a',
  time_zone: 'Europe/Vienna',
  encode: {
    purpose: 'additional',
    copies: 2,
    access_method_id: METHOD_ID,
    acs_credential_id: CREDENTIAL_ID,
    card_number: '1234567',
    acs_entrance_ids: ['room-12'],
    starts_at: '2026-06-01T13:00:00.000Z',
    ends_at: '2026-06-03T09:00:00.000Z',
    is_confirmed: false,
    ends_live_key: false,
  },
  assign_to: null,
  ...changes,
})

/** The same order as the journal holds it. */
export const journalOrder = (changes: Partial<Order> = {}): Order =>
  Order.parse({
    orderId: 'order-1',
    kind: 'encode',
    encoderIds: [ENCODER_ID],
    fence: 7,
    orderedAt: '2026-06-01T11:59:59.000Z',
    expiresAt: '2026-06-01T13:00:00.000Z',
    orderedBy: 'api key …4f2a',
    timeZone: 'Europe/Vienna',
    origin: 'hub',
    encode: {
      purpose: 'additional',
      copies: 2,
      accessMethodId: METHOD_ID,
      credentialId: CREDENTIAL_ID,
      cardNumber: '1234567',
      doorIds: ['room-12'],
      startsAt: '2026-06-01T13:00:00.000Z',
      endsAt: '2026-06-03T09:00:00.000Z',
      confirmed: false,
      endsLiveKey: false,
    },
    ...changes,
  })

interface TemporaryJournal extends Disposable {
  readonly journal: Journal
}

/** A real journal in a folder of its own. */
const temporaryJournal = (): TemporaryJournal => {
  const folder = mkdtempSync(join(tmpdir(), 'seam-test-'))
  const journal = openJournal({ path: join(folder, 'journal.sqlite') })
  return {
    journal,
    [Symbol.dispose]: () => {
      journal.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** Journals a hub's order and ends it, so that a result waits in the outbox. */
export const endOrder = (journal: Journal, orderId: string, ending: Ending = encoded, fence = 0): void => {
  const order = journalOrder({ orderId: OrderId.parse(orderId), kind: 'scan', encode: null, fence })
  journal.accept(order)
  journal.end(order.orderId, ENCODER_ID, ending)
}

/** A desk with a paired journal: everything around the link that a test moves by hand. */
export const openDesk = (endpoint: string, changes: Partial<LinkOptions> = {}) => {
  const files = temporaryJournal()
  const { journal } = files
  journal.setPairing({
    hubEndpoint: endpoint,
    bridgeId: BRIDGE_ID,
    acsSystemId: SYSTEM_ID,
    token: TOKEN,
    machine: ['mark-1', 'mark-2'],
  })
  const clock = createFakeClock()
  const views = { encoders: [readyEncoder], machine: ['mark-2', 'mark-3'], skewMs: 0, wallSteppedMs: 0 }
  const cancelled: string[] = []
  const sessionViews = new Map<string, SessionView>()
  const logged: string[] = []
  const encoderObservers = new Set<() => void>()
  const sessionObservers = new Set<(view: SessionView) => void>()
  const log =
    (level: string) =>
    (facts: object, message: string): void =>
      void logged.push(`${level} ${message} ${JSON.stringify(facts)}`)
  const options: LinkOptions = {
    journal,
    encoders: {
      list: () => views.encoders,
      onChange: (observer) => {
        encoderObservers.add(observer)
        return () => encoderObservers.delete(observer)
      },
    },
    sessions: {
      cancel: (orderId) => {
        cancelled.push(orderId)
        return journal.entry(orderId)?.phase !== 'ended'
      },
      view: (orderId) => sessionViews.get(orderId) ?? null,
      list: () => [...sessionViews.values()],
      onChange: (observer) => {
        sessionObservers.add(observer)
        return () => sessionObservers.delete(observer)
      },
    },
    machineMarks: () => views.machine,
    endpointOverride: null,
    network: straight,
    version: '1.2.3',
    clock,
    wallClock: () => new Date(Date.parse(HUB_TIME) + clock.now() + views.skewMs),
    random: () => 0,
    logger: { info: log('info'), warn: log('warn'), debug: log('debug') },
    ...changes,
  }
  let link: Link = openLink(options)

  return {
    journal,
    clock,
    views,
    cancelled,
    logged,
    link: () => link,
    /** The daemon dies and starts again with the same journal. */
    restart: () => {
      link.close()
      link = openLink(options)
    },
    encodersChanged: () => encoderObservers.forEach((observer) => observer()),
    sessionChanged: (view: SessionView) => {
      sessionViews.set(view.orderId, view)
      sessionObservers.forEach((observer) => observer(view))
    },
    /** Resolves once the link's view is as wanted. */
    until: (isWanted: (view: LinkView) => boolean) =>
      new Promise<LinkView>((resolve) => {
        const look = (): void => {
          if (!isWanted(link.view())) return
          stop()
          resolve(link.view())
        }
        const stop = link.onChange(look)
        look()
      }),
    [Symbol.dispose]: () => {
      link.close()
      files[Symbol.dispose]()
    },
  }
}

export const isConnected = (view: LinkView): boolean => view.state === 'connected'
