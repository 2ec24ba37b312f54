import type { ControlClient } from '../../client/index.ts'

/** What several views ask the daemon, one function each, so that a question stays the same from one drawing to the next. */

export const askSettings = (client: ControlClient, signal: AbortSignal) => client.settings({}, { signal })
export const askConnected = (client: ControlClient, signal: AbortSignal) => client.connected({}, { signal })
export const askDrivers = (client: ControlClient, signal: AbortSignal) => client.drivers({}, { signal })
export const askSessions = (client: ControlClient, signal: AbortSignal) => client.sessions({}, { signal })
export const askPairing = (client: ControlClient, signal: AbortSignal) => client.pairing({}, { signal })
export const askClerks = (client: ControlClient, signal: AbortSignal) => client.clerks({}, { signal })
export const askDoctor = (client: ControlClient, signal: AbortSignal) => client.doctor({}, { signal })
export const askCapture = (client: ControlClient, signal: AbortSignal) => client.diagnostics({}, { signal })
