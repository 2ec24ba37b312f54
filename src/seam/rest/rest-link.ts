import type { BridgeError } from '../../contract/errors.ts'
import type { LinkView } from '../../contract/link-view.ts'
import { createObservers } from '../../contract/observers.ts'

export interface RestLinkSettings {
  /** Seam's address, for people. */
  readonly endpoint: string
  readonly wallClock: () => Date
  readonly clockSkewMs: () => number | null
}

/** What is known of Seam by how the last question went: there is no connection that could be lost meanwhile. */
export const createRestLink = ({ endpoint, wallClock, clockSkewMs }: RestLinkSettings) => {
  const observers = createObservers<void>()
  let view: LinkView = {
    state: 'connecting',
    transport: null,
    hubEndpoint: endpoint,
    connectedSince: null,
    clockSkewMs: null,
    error: null,
  }
  const show = (next: LinkView): void => {
    const isNew = next.state !== view.state || next.error?.code !== view.error?.code
    view = next
    if (isNew) observers.tell()
  }
  return {
    view: (): LinkView => ({ ...view, clockSkewMs: clockSkewMs() }),
    onChange: observers.add,
    /** A question was answered (null), or why not. */
    note: (error: BridgeError | null): void => {
      if (error === null) {
        const connectedSince = view.connectedSince ?? wallClock().toISOString()
        return show({ ...view, state: 'connected', transport: 'rest', connectedSince, error: null })
      }
      const { code, message } = error
      const state = code === 'seam_unauthorized' ? 'refused' : 'waiting'
      show({ ...view, state, transport: null, connectedSince: null, error: { code, message } })
    },
  }
}
