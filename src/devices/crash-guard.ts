import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type {
  Clock,
  FieldListener,
  HidListener,
  KeyListener,
  LossListener,
  PcscListener,
  Transport,
  TransportListener,
} from '../contract/transport.ts'

/** A driver fails with BridgeErrors alone; whatever else it throws is a defect of its own. */
export const driverError = (cause: unknown, driverId: string): BridgeError => {
  if (cause instanceof BridgeError || (cause instanceof Error && cause.name === 'AbortError')) {
    return toBridgeError(cause)
  }
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : typeof cause
  return new BridgeError('driver_crashed', `${driverId}: ${what}.`, { cause })
}

/**
 * Keeps a driver that throws inside a callback (bytes that came, a timer) from ending the process: there nobody else
 * catches it. The first throw is told once, and nothing is called after it.
 */
export const guardDriver = (
  driverId: string,
  transport: Transport,
  clock: Clock,
  onCrash: (error: BridgeError) => void,
): { readonly transport: Transport; readonly clock: Clock } => {
  let hasCrashed = false
  const guarded =
    <Arguments extends readonly unknown[]>(callback: (...args: Arguments) => void) =>
    (...args: Arguments): void => {
      if (hasCrashed) return
      try {
        callback(...args)
      } catch (cause) {
        hasCrashed = true
        onCrash(driverError(cause, driverId))
      }
    }

  return {
    transport: guardListener(transport, guarded),
    clock: {
      now: () => clock.now(),
      setTimeout: (callback, delayMs) => clock.setTimeout(guarded(callback), delayMs),
      clearTimeout: (timer) => clock.clearTimeout(timer),
    },
  }
}

type Guard = <Arguments extends readonly unknown[]>(
  callback: (...args: Arguments) => void,
) => (...args: Arguments) => void

const guardListener = (transport: Transport, guarded: Guard): Transport => {
  switch (transport.kind) {
    case 'serial':
    case 'tcp':
      return {
        ...transport,
        listen: (listener: TransportListener) =>
          transport.listen({
            onBytes: guarded((bytes) => listener.onBytes(bytes)),
            onLost: guarded((error) => listener.onLost(error)),
          }),
      }
    case 'http':
      return {
        ...transport,
        listen: (listener: LossListener) =>
          transport.listen({ onLost: guarded((error) => listener.onLost(error)) }),
      }
    case 'hid':
      return {
        ...transport,
        listen: (listener: HidListener) =>
          transport.listen({
            onReport: guarded((report) => listener.onReport(report)),
            onLost: guarded((error) => listener.onLost(error)),
          }),
      }
    case 'pcsc':
      return {
        ...transport,
        listen: (listener: PcscListener) =>
          transport.listen({
            onState: guarded((state) => listener.onState(state)),
            onLost: guarded((error) => listener.onLost(error)),
          }),
      }
    case 'keyboard':
      return {
        ...transport,
        listen: (listener: KeyListener) =>
          transport.listen({
            onKey: guarded((key) => listener.onKey(key)),
            onGap: guarded(() => listener.onGap()),
            onLost: guarded((error) => listener.onLost(error)),
          }),
      }
    case 'none':
      return {
        ...transport,
        listen: (listener: FieldListener) =>
          transport.listen({
            onField: guarded(() => listener.onField()),
            onPresent: guarded((read) => listener.onPresent(read)),
            onLost: guarded((error) => listener.onLost(error)),
          }),
      }
  }
}
