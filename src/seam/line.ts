import type { FromBridge } from '../contract/channel.ts'
import type { BridgeError } from '../contract/errors.ts'
import type { Clock } from '../contract/transport.ts'
import type { HubAddress } from './hub-address.ts'

/** What a line tells the one conversation that runs over it. */
export interface LineListener {
  /** The hub can be talked to. */
  onOpen(): void
  /** One message as parsed JSON of any shape; undefined for what is not JSON. */
  onMessage(value: unknown): void
  /**
   * The line is of no more use: `hub_unreachable`, `hub_unauthorized`, `hub_protocol`, `hub_refused`.
   * It may be told again, and after `close`; the first one counts.
   */
  onClosed(error: BridgeError): void
}

/** One way to carry the channel's messages, in order, until it closes. */
export interface Line {
  /** Hands a message on. What is sent on a closed line is lost. */
  send(message: FromBridge): void
  /** Releases the line. Idempotent. */
  close(): void
}

/** Opens a line to an address that `hubUrl` accepts. Nothing is told before it returns, and failures by `onClosed` only. */
export type OpenLine = (address: HubAddress, clock: Clock, listener: LineListener) => Line
