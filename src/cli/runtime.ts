import type { Config } from '../config/schema.ts'
import type { DoctorReport } from '../control/schema.ts'

/** How the daemon logs, on standard error: for people, as JSON lines, or not at all. */
export type LogStyle = 'pretty' | 'json' | 'silent'

export interface DaemonOptions {
  readonly dataDir: string
  /** Null for `config.yaml` in the data directory. */
  readonly configPath: string | null
  /** 0 for any free one. */
  readonly port: number
  readonly log: LogStyle
  /** True: every configured encoder is an emulator in this process, with a blank card on it. */
  readonly isEmulated: boolean
}

/** An encoder as the daemon found it when it became ready. */
export interface ReadyDevice {
  readonly name: string
  readonly driver: string
  /** Null until it was found. */
  readonly path: string | null
  readonly state: string
}

export interface RunningDaemon {
  /** Of the control API. */
  readonly endpoint: string
  readonly devices: readonly ReadyDevice[]
  /** Drains, then stops. Idempotent. */
  close(): Promise<void>
  /** Resolves when the daemon has stopped by itself or by `close`; rejects with what stopped it. */
  readonly closed: Promise<void>
}

export interface RunningHub {
  readonly endpoint: string
  readonly workspaceId: string
  readonly apiKey: string
  close(): Promise<void>
}

export interface StartHubOptions {
  readonly dataDir: string
  /** The address to listen on. */
  readonly host: string
  readonly port: number
  /** PEM files; null for plain HTTP, which only this computer can reach. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null
  /** Null for no seed. */
  readonly seed: string | null
  /** Null for the address that it listens on. */
  readonly publicUrl: string | null
  /** The server to stand in front of, as the flags name it; null for a sandbox. */
  readonly upstream: {
    readonly url: string | null
    readonly keyFile: string | null
    readonly caFile: string | null
  } | null
}

export interface PairOptions {
  readonly dataDir: string
  readonly hubEndpoint: string
  /** Without one, and without an enrolment token, the code is shown and somebody else claims it. */
  readonly apiKey: string | null
  readonly enrolmentToken: string | null
  /** The access system to serve, with an API key; null for a new one. */
  readonly acsSystemId: string | null
  /** A code to show, the ISO instant at which it ends, and how long that is from now; a fresh one may follow it. */
  onCode(code: string, expiresAt: string, remainingMs: number): void
  readonly signal: AbortSignal
}

/** Whom the bridge belongs to. */
export interface Paired {
  readonly bridgeId: string
  readonly acsSystemId: string
  readonly hubEndpoint: string
}

export interface SocketAddress {
  /** A name or an address, IPv6 without its brackets. */
  readonly host: string
  readonly port: number
}

/** How hosts reach an emulated device. */
export type EmulatedWay =
  /** A pseudo-terminal, to which a link appears. */
  | { readonly kind: 'pty'; readonly link: string }
  /** They connect to it, or it connects to one. Port 0 listens on any free one. */
  | ({ readonly kind: 'listen' | 'connect' } & SocketAddress)

export interface EmulateOptions {
  readonly driver: string
  readonly way: EmulatedWay
  /** Null for an empty field. */
  readonly card: { readonly type: string; readonly uid: string | null } | null
  readonly isRealtime: boolean
  /** A socket that takes commands; null for none. */
  readonly controlPath: string | null
}

export interface RunningEmulator {
  /** The pseudo-terminal behind the link, or what the desk's configuration has as `path`. */
  readonly path: string
  close(): Promise<void>
}

/** What this program can talk to. */
export interface DriverFacts {
  readonly id: string
  readonly name: string
  readonly kind: 'card' | 'keySystem' | 'scanner'
  readonly transports: readonly string[]
  readonly technologies: readonly string[]
}

/** Something that is plugged in and known to a driver by what it is. */
export interface ConnectedDevice {
  readonly transport: string
  readonly path: string
  readonly description: string
  /** By what it would be known again. */
  readonly identity: string
  /** Whose it may be; `isOwn` false for an identity that products of others have too. */
  readonly drivers: readonly { readonly id: string; readonly isOwn: boolean; readonly note: string }[]
}

/** What a handshake told. */
export interface ProbedDevice {
  readonly path: string
  /** Null when nothing answered. */
  readonly driver: string | null
  /** Model and firmware, or why there is no answer. */
  readonly told: string
}

export interface RecordOptions {
  readonly dataDir: string
  readonly configPath: string | null
  /** A device of the configuration, or a driver and a path. */
  readonly device: { readonly name: string } | { readonly driver: string; readonly path: string }
  /** Where a running daemon has devices open; a device that is found there is left to it. */
  readonly pathsInUse: readonly string[]
  /** Hexadecimal; blanked besides the secrets of the configuration. */
  readonly secrets: readonly string[]
  /** Told before something is awaited. */
  onPrompt(prompt: string): void
  readonly signal: AbortSignal
}

/** A recording in the format of a driver's fixtures. */
export interface Recording {
  readonly fixture: {
    readonly exchanges: readonly object[]
    /** What was asked of a server over HTTP, in the place of exchanges. */
    readonly conversations?: readonly object[]
  }
  /** How many occurrences of secrets were replaced by zeros. */
  readonly blanked: number
}

/** What the command line asks of the rest; `main.ts` hands it in. Everything rejects with BridgeError. */
export interface Runtime {
  readonly version: string
  /** The words that start this program as another process: node, its flags, the script. */
  readonly self: readonly [string, ...string[]]
  startDaemon(options: DaemonOptions): Promise<RunningDaemon>
  startHub(options: StartHubOptions): Promise<RunningHub>
  /** The token in a file that nobody else can read. */
  readEnrolmentToken(file: string): Promise<string>
  /** Pairs while no daemon runs on this data directory. */
  pair(options: PairOptions): Promise<Paired>
  emulate(options: EmulateOptions): Promise<RunningEmulator>
  /** Examines this computer, with the daemon up or down. */
  doctor(options: { readonly dataDir: string; readonly configPath: string | null }): Promise<DoctorReport>
  /** Whether a daemon would start with it. Rejects `config_invalid`, `driver_unknown`, `layout_unknown`. */
  checkConfig(config: Config): Promise<void>
  listDrivers(): Promise<readonly DriverFacts[]>
  listSerialPorts(): Promise<readonly { readonly path: string; readonly description: string | null }[]>
  /** What is connected, without touching it; remarks say what can't be listed. */
  listConnected(): Promise<{
    readonly devices: readonly ConnectedDevice[]
    readonly remarks: readonly string[]
  }>
  /** Asks what is connected what it is, except at these paths. */
  probeConnected(pathsInUse: readonly string[], signal: AbortSignal): Promise<readonly ProbedDevice[]>
  /** Talks with a device and records what is said. Nothing is written to a card. */
  record(options: RecordOptions): Promise<Recording>
}
