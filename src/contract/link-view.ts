import type { ErrorCode } from './errors.ts'

/** The link to the hub, or to Seam itself, as status and doctor show it. */
export interface LinkView {
  readonly state: 'unpaired' | 'connecting' | 'connected' | 'waiting' | 'refused'
  /** `websocket`, or `polling` where the network lets no WebSocket through; `rest` where there is no hub and Seam itself is asked. */
  readonly transport: 'websocket' | 'polling' | 'rest' | null
  readonly hubEndpoint: string | null
  readonly connectedSince: string | null
  /** This computer's clock minus the hub's, measured at the last welcome or pong. */
  readonly clockSkewMs: number | null
  readonly error: { readonly code: ErrorCode; readonly message: string } | null
}
