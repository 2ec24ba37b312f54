import type { BridgeError } from '../contract/errors.ts'
import type { DriverManifest } from '../contract/driver.ts'

/** The configuration file, beside what the running daemon uses. */
export interface SettingsView {
  readonly file: string
  readonly revision: string
  /** JSON Schema of the values. */
  readonly schema: Readonly<Record<string, unknown>>
  /** What the file says, without defaults and without what the environment decides. */
  readonly values: Readonly<Record<string, unknown>>
  /** Paths like `hub.endpoint`. */
  readonly fromEnvironment: readonly string[]
  readonly restartNeeded: readonly string[]
  /** Why the last restart went back to the settings before it; null when it did not. */
  readonly restartError: BridgeError | null
}

/** One line of the log, its secrets blanked. */
export interface LogLine {
  readonly at: string
  readonly level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace'
  readonly component: string | null
  readonly message: string
  readonly fields: Readonly<Record<string, unknown>>
}

/** A capture that runs. */
export interface CaptureView {
  readonly startedAt: string
  /** By itself, at the latest. */
  readonly endsAt: string
  readonly lines: number
}

/** Something that is plugged in and known to a driver by what it is. */
export interface ConnectedDevice {
  readonly transport: string
  readonly path: string
  readonly description: string
  readonly identity: string
  readonly drivers: readonly { readonly id: string; readonly isOwn: boolean; readonly note: string }[]
}

/** What installers and support ask the daemon for. */
export interface UpkeepPorts {
  readonly settings: {
    /** Throws `config_invalid` where the file can't be read as settings. */
    read(): SettingsView
    /** Saves all of it or nothing. Rejects `settings_changed`, `request_invalid`, `settings_unwritable`. */
    replace(revision: string, values: Readonly<Record<string, unknown>>): Promise<SettingsView>
  }
  /** Resolves when the file was found usable; the daemon then goes and comes. Rejects as its start would. */
  restart(): Promise<void>
  /** What is plugged in, without a byte being sent to it. */
  connected(): Promise<readonly ConnectedDevice[]>
  drivers(): Promise<readonly Pick<DriverManifest, 'id' | 'name' | 'kind' | 'transports' | 'technologies'>[]>
  readonly log: {
    /** The newest lines, oldest first. */
    newest(limit: number): readonly LogLine[]
    onLine(observer: (line: LogLine) => void): () => void
  }
  readonly diagnostics: {
    capture(): CaptureView | null
    /** One that runs already goes on as it is. */
    start(): void
    stop(): void
    /** A ZIP file for support, without secrets, cards or guests. */
    bundle(): Promise<Uint8Array>
  }
}
