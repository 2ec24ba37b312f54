import type { CardAssigner } from '../../contract/card-assigner.ts'
import type { Encoders } from '../../contract/encoders.ts'
import type { DeskWork } from '../../contract/desk-work.ts'
import type { LinkView } from '../../contract/link-view.ts'
import type { Clock } from '../../contract/transport.ts'
import type { HubNetwork } from '../hub-network.ts'
import type { LinkLogger } from '../link-logger.ts'
import { openDeviceReports, type ReportedDevices } from './device-reports.ts'
import { createRestCards } from './rest-cards.ts'
import { readEncodeSubject } from './rest-encode.ts'
import { createRestLink } from './rest-link.ts'
import { createRestWork } from './rest-work.ts'
import { createSeamClient } from './seam-client.ts'

export interface RestDeskSettings {
  readonly endpoint: string
  /** A secret: it opens the whole workspace. */
  readonly apiKey: string
  readonly network: HubNetwork
  readonly acsSystemIds: readonly string[] | null
  readonly pollMs: number
  /** The property's. */
  readonly timeZone: string
  /** Null where no access system is told of encoders. */
  readonly reported: ReportedDevices | null
  readonly encoders: Pick<Encoders, 'list' | 'onChange'>
  readonly clock: Clock
  readonly wallClock: () => Date
  readonly random: () => number
  readonly logger: LinkLogger
}

/** A desk that works with Seam itself. */
export interface RestDesk {
  readonly work: DeskWork
  readonly cards: CardAssigner
  /** What an order to an encoder of Seam's is about; see `readEncodeSubject`. */
  encodeSubject(accessMethodId: string, signal: AbortSignal): ReturnType<typeof readEncodeSubject>
  view(): LinkView
  onChange(observer: () => void): () => void
  /** A session has ended: what waits may be less. */
  hint(): void
  close(): void
}

/** Starts asking Seam. Never throws; what is wrong is in its view. */
export const openRestDesk = (settings: RestDeskSettings): RestDesk => {
  const { endpoint, apiKey: token, network, clock, wallClock, reported } = settings
  const link = createRestLink({ endpoint, wallClock, clockSkewMs: () => client.clockSkewMs() })
  const client = createSeamClient({
    address: { endpoint, token, network },
    clock,
    wallClock,
    onOutcome: link.note,
  })
  const work = createRestWork({ ...settings, client })
  const reports = reported === null ? null : openDeviceReports({ ...settings, client, reported })
  return {
    work,
    cards: createRestCards(client, clock),
    encodeSubject: (accessMethodId, signal) => readEncodeSubject(client, accessMethodId, signal),
    view: link.view,
    onChange: link.onChange,
    hint: work.hint,
    close: () => {
      reports?.close()
      work.close()
    },
  }
}
