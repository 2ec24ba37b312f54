import type { Config } from '../config/schema.ts'
import type { CardAssigner } from '../contract/card-assigner.ts'
import type { Credentials } from '../contract/credentials.ts'
import type { DeskWork } from '../contract/desk-work.ts'
import { BridgeError } from '../contract/errors.ts'
import type { OrderId } from '../contract/ids.ts'
import type { LinkView } from '../contract/link-view.ts'
import type { ControlPorts } from '../control/ports.ts'
import { createHubCards } from '../seam/hub-cards.ts'
import { createHubWork } from '../seam/hub-work.ts'
import type { DeskEncode } from '../seam/hub-calls.ts'
import { type Link, type LinkOptions, openLink } from '../seam/link.ts'
import { openRestDesk } from '../seam/rest/rest-desk.ts'
import type { createDeskOrders } from './desk-orders.ts'
import { createPairing } from './pairing.ts'
import { findTimeZone } from './time-zone.ts'

/** Whom this desk works for: a hub, or Seam itself. */
export interface Upstream extends Credentials, Pick<Link, 'listEntrances'> {
  /** Has a card made at an encoder of this desk. Rejects with the codes of the hub or of Seam. */
  requestEncode(wanted: DeskEncode, signal: AbortSignal): Promise<{ readonly orderId: OrderId }>
  readonly work: DeskWork
  readonly cards: CardAssigner
  readonly pairing: ControlPorts['pairing']
  view(): LinkView
  onChange(observer: () => void): () => void
  close(): void
}

const openHub = (options: LinkOptions): Upstream => {
  const link = openLink(options)
  const { clock, wallClock, journal, network } = options
  const work = createHubWork({ link, clock, wallClock })
  const pairing = createPairing(journal, network, () => link.pairingChanged())
  return {
    lookup: link.lookup,
    requestEncode: link.requestEncode,
    listEntrances: link.listEntrances,
    work,
    cards: createHubCards(link),
    pairing,
    view: link.view,
    onChange: link.onChange,
    close: () => {
      pairing.close()
      work.close()
      link.close()
    },
  }
}

/** The driver of encoders that Seam reaches itself. */
const SEAMS_OWN = 'seam-remote'

const noHub = (what: string): Promise<never> =>
  Promise.reject(new BridgeError('not_supported', `${what} This desk works with Seam itself, without a hub.`))

const openSeam = (
  seam: NonNullable<Config['seam']>,
  apiKey: string,
  { clock, wallClock, random, logger, network, sessions, encoders }: LinkOptions,
  orders: Pick<ReturnType<typeof createDeskOrders>, 'encode'>,
): Upstream => {
  const desk = openRestDesk({
    endpoint: seam.endpoint,
    apiKey,
    network,
    acsSystemIds: seam.acsSystemIds ?? null,
    pollMs: seam.pollSeconds * 1000,
    timeZone: findTimeZone() ?? 'UTC',
    reported: seam.reportDevices ?? null,
    encoders,
    clock,
    wallClock,
    random,
    logger,
  })
  const stopSessions = sessions.onChange(({ state }) => {
    if (state === 'ended') desk.hint()
  })
  return {
    // A card's record is a hub's: Seam has none to compare it with.
    lookup: () => noHub('Nobody can say what a card’s record is worth.'),
    requestEncode: async ({ accessMethodId, encoderId, orderedBy, ...wanted }, signal) => {
      const encoder = encoders.list().find((one) => one.encoderId === encoderId)
      if (encoder?.driver !== SEAMS_OWN) {
        return noHub('Seam can’t be told of a card that is encoded here, so none is.')
      }
      const subject = await desk.encodeSubject(accessMethodId, signal)
      const order = { ...subject, ...wanted, doorIds: [], endsLiveKey: false }
      return { orderId: orders.encode(encoderId, order, orderedBy) }
    },
    listEntrances: () => noHub('The list of rooms is for orders of a hub.'),
    work: desk.work,
    cards: desk.cards,
    pairing: {
      view: () => ({ state: 'unpaired' }),
      start: () =>
        Promise.reject(
          new BridgeError(
            'request_invalid',
            'Take `seam` out of the configuration before this desk is paired.',
          ),
        ),
    },
    view: desk.view,
    onChange: desk.onChange,
    close: () => {
      stopSessions()
      desk.close()
    },
  }
}

/** Opens the one that the configuration names. `apiKey` is Seam's, null for a hub. */
export const openUpstream = (
  config: Config,
  apiKey: string | null,
  options: LinkOptions,
  orders: ReturnType<typeof createDeskOrders>,
): Upstream =>
  config.seam === undefined || apiKey === null
    ? openHub(options)
    : openSeam(config.seam, apiKey, options, orders)
