import { BridgeError, type ErrorCode } from '../contract/errors.ts'

/** A connection to a card, or in mode `direct` to its reader: the part of pcsc-mini's `Card` that is used here. */
export interface NativeCard {
  /** Both arrays must stay alive and as they are until it settles: the package keeps bare pointers. */
  transmit(apdu: Uint8Array, answer: ArrayBuffer): Promise<Uint8Array>
  control(code: number, command: Uint8Array, answer: ArrayBuffer): Promise<Uint8Array>
  state(): Promise<{ readonly atr: Uint8Array }>
  transaction(): Promise<{ end(disposition: number): Promise<void> }>
  disconnect(disposition: number): Promise<void>
}

export interface NativeReader {
  name(): string
  connect(mode: number, protocol: number): Promise<NativeCard>
  /** The ATR that comes with it is rubbish in pcsc-mini 0.1.3 (a pointer into a frame that has gone): never read. */
  on(event: 'change', listener: (status: { readonly raw: number }) => void): unknown
  on(event: 'disconnect', listener: () => void): unknown
}

/** Watches the readers on a thread of its own, which keeps the process alive until `stop`. */
export interface NativeClient {
  on(event: 'reader', listener: (reader: NativeReader) => void): unknown
  on(event: 'error', listener: (error: Error) => void): unknown
  /** Throws where there is no service. */
  start(): unknown
  stop(): void
}

/** The part of pcsc-mini that is used here. A client sees the first four readers that the service lists, and no more. */
export interface NativeLibrary {
  readonly Client: new () => NativeClient
  readonly MAX_READERS: number
  /** SCARD_CTL_CODE of the platform. */
  controlCode(code: number): number
}

/** Constants of winscard.h, the same on every platform. */
export const SHARE_SHARED = 2
export const SHARE_DIRECT = 3
export const PROTOCOL_UNSET = 0
export const PROTOCOL_T0_OR_T1 = 3
export const LEAVE_CARD = 0
export const RESET_CARD = 1
/** dwEventState of SCARD_READERSTATE; its upper half counts the cards that came and went. */
export const STATE_PRESENT = 0x20
export const STATE_EXCLUSIVE = 0x80
export const STATE_MUTE = 0x200

/** Loads the package when the first reader is asked for. Rejects `driver_unavailable`. */
export const loadPcscLibrary = async (): Promise<NativeLibrary> => {
  try {
    return await import('pcsc-mini')
  } catch (cause) {
    const remedy =
      process.platform === 'linux' ? 'it needs libpcsclite.so.1 (Debian, Ubuntu: libpcsclite1)' : 'install it'
    throw new BridgeError(
      'driver_unavailable',
      `The optional package "pcsc-mini" does not load: ${remedy}.`,
      {
        cause,
      },
    )
  }
}

/** The package's own error: a client has room for four connections, and one whose end failed keeps its place. */
const POOL_EMPTY = 'TooManyCardConnections'

/** The package names the codes of winscard.h; these mean more to us than a fault of the reader. */
const codeByName = new Map<string, ErrorCode>([
  ['NoSmartCard', 'card_removed'],
  ['RemovedCard', 'card_removed'],
  ['SharingViolation', 'device_busy'],
  ['ReaderUnavailable', 'device_lost'],
  ['UnknownReader', 'device_lost'],
  ['NoReadersAvailable', 'device_lost'],
  ['NoService', 'device_lost'],
  ['ServiceStopped', 'device_lost'],
  ['Shutdown', 'device_lost'],
  ['CommError', 'device_lost'],
  [POOL_EMPTY, 'device_lost'],
])

/** The package's name of an error: `RemovedCard`. */
const nameOfPcscError = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : 'an unknown error'

/** An error of the package as one of ours; `device_fault` for every code that has no row here. */
export const explainPcscError = (readerName: string, error: unknown): BridgeError => {
  if (error instanceof BridgeError) return error
  const name = nameOfPcscError(error)
  const detail = `${readerName}: the smart-card service reports ${name}.`
  return new BridgeError(codeByName.get(name) ?? 'device_fault', detail, { cause: error })
}

/** Whether a client has no room for another connection. */
export const isPoolEmpty = ({ cause }: BridgeError): boolean => nameOfPcscError(cause) === POOL_EMPTY
