import type { Driver } from '../contract/driver.ts'
import { BridgeError, isBridgeError, toBridgeError } from '../contract/errors.ts'
import type { SerialSettings, Transport, TransportKind } from '../contract/transport.ts'
import { groupOfFile } from './file-group.ts'
import { findFileHolder } from './file-holder.ts'
import { createTcpListeners, type TcpListeners } from './tcp-listeners.ts'

/** Where a device is now. */
export interface DevicePlace {
  readonly transport: TransportKind
  /** An OS path, a reader's name, or an address on a network; a label for a device inside this process. */
  readonly path: string
  /** The file with the credential for an HTTP endpoint; null or left out for none. */
  readonly secretFile?: string | null
}

/** What the system's tables tell of a device's file. */
interface FileFacts {
  holderOf(path: string): Promise<string | null>
  groupOf(path: string): Promise<string | null>
}

/** Says who holds a device, and what gives the right to it: the libraries know neither. */
export const explainRefusal = async (
  path: string,
  refusal: BridgeError,
  facts: FileFacts = { holderOf: findFileHolder, groupOf: groupOfFile },
): Promise<BridgeError> => {
  if (isBridgeError(refusal, 'device_busy')) {
    const holder = await facts.holderOf(path)
    return holder === null
      ? refusal
      : new BridgeError('device_busy', `${path} is held by ${holder}.`, { cause: refusal })
  }
  const group = isBridgeError(refusal, 'device_denied') ? await facts.groupOf(path) : null
  if (group === null) return refusal
  const detail =
    group === 'root'
      ? `${path} belongs to root alone: the udev rules are missing (systemd/99-encoder-bridge.rules).`
      : `${path} is for the group ${group}, and this user is not in it.`
  return new BridgeError('device_denied', detail, { cause: refusal })
}

const openKind = async (
  { transport, path, secretFile = null }: DevicePlace,
  serial: SerialSettings | undefined,
  listeners: TcpListeners,
  signal: AbortSignal,
): Promise<Transport> => {
  switch (transport) {
    case 'serial':
      if (serial === undefined) throw new BridgeError('not_supported', 'The driver has no serial line.')
      return (await import('./serial.ts')).openSerial(path, serial)
    case 'tcp':
      return (await import('./tcp.ts')).openTcp(path, { listeners, signal })
    case 'http':
      return (await import('./http.ts')).openHttp(path, { secretFile })
    case 'hid':
      return (await import('./hid.ts')).openHid(path)
    case 'pcsc':
      return (await import('./pcsc.ts')).openPcsc(path)
    case 'keyboard':
      return (await import('./keyboard.ts')).openKeyboard(path)
    case 'none':
      throw new BridgeError('not_supported', `${path} is no device of this computer.`)
  }
}

/** The ways to the devices of a desk. */
export interface Transports {
  /**
   * Opens the way to a device; each library is loaded when its first device is opened. Rejects `device_absent`, `device_denied`,
   * `device_busy` (with the holder where it can be told), `driver_unavailable`, `pcsc_unavailable`, `config_invalid`,
   * `not_supported`, and over a network `aborted`.
   */
  open(place: DevicePlace, driver: Pick<Driver, 'serial'>, signal?: AbortSignal): Promise<Transport>
  /** Closes what stays open between one opening and the next: the ports on which lock systems find this desk. Idempotent. */
  close(): Promise<void>
}

export const createTransports = (): Transports => {
  const listeners = createTcpListeners()
  return {
    open: async (place, driver, signal = new AbortController().signal) => {
      try {
        return await openKind(place, driver.serial, listeners, signal)
      } catch (cause) {
        throw await explainRefusal(place.path, toBridgeError(cause, 'device_fault'))
      }
    },
    close: () => listeners.close(),
  }
}
