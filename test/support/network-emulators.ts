import type {
  EmulatorLine,
  HttpEmulator,
  HttpRequest,
  HttpResponse,
  TcpEmulator,
} from 'encoder-bridge/driver'
import { createStillEmulator } from './still-emulator.ts'

/** A peer over TCP for tests of transports. */
export interface ListeningPeer extends TcpEmulator {
  readonly powerCycles: number
  /** What it has heard, and how often somebody came and went. */
  readonly told: { readonly heard: string; readonly connections: number; readonly disconnections: number }
  /** Speaks over the connection that it has. */
  say(text: string): void
  hangUp(): void
}

interface PeerOptions {
  /** Said to whoever connects. */
  readonly greeting?: string
  /** With true, it hangs up on a rival; else it goes over to the newest connection. */
  readonly isFaithful?: boolean
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text)

export const createListeningPeer = ({
  greeting = '',
  isFaithful = false,
}: PeerOptions = {}): ListeningPeer => {
  const told = { heard: '', connections: 0, disconnections: 0 }
  let line: EmulatorLine | undefined
  return Object.assign(createStillEmulator(), {
    kind: 'tcp' as const,
    told,
    connect: (next: EmulatorLine) => {
      told.connections += 1
      if (isFaithful && line !== undefined) return next.hangUp()
      line = next
      if (greeting !== '') next.send(ascii(greeting))
    },
    receive: (bytes: Uint8Array) => {
      told.heard += new TextDecoder().decode(bytes)
    },
    disconnected: () => {
      told.disconnections += 1
      line = undefined
    },
    say: (text: string) => line?.send(ascii(text)),
    hangUp: () => {
      line?.hangUp()
      line = undefined
    },
  })
}

/** A server whose answers a test decides. */
export const createServerOf = (
  handle: (request: HttpRequest, signal: AbortSignal) => HttpResponse | Promise<HttpResponse>,
): HttpEmulator & { readonly powerCycles: number } =>
  Object.assign(createStillEmulator(), {
    kind: 'http' as const,
    handle: async (request: HttpRequest, { signal }: { readonly signal: AbortSignal }) =>
      handle(request, signal),
  })
