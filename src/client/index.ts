/**
 * The control API of a running daemon, as a client that is made from the table of its routes. For Node and for the daemon's own
 * page.
 * @module
 */
export { createControlClient, type ClientOptions, type ControlClient } from './client.ts'
export type { EventListener, EventSocket } from './events.ts'
export { BridgeError } from '../contract/errors.ts'
