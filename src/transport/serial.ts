import { access, constants, stat } from 'node:fs/promises'
import { BridgeError } from '../contract/errors.ts'
import type { ByteTransport, SerialSettings, TransportListener } from '../contract/transport.ts'
import { createDirectPort } from './serial-direct.ts'
import { watchNode } from './serial-guard.ts'
import { listSerialPorts, loadSerialPort, type SerialPort } from './serial-list.ts'

/**
 * Opens a serial port for this process alone: 8 data bits, no parity, 1 stop bit, no flow control. `path` may be a link
 * (`/dev/serial/by-id/…`).
 * Rejects `device_absent`, `device_denied`, `device_busy`, `driver_unavailable` (the native package does not load).
 */
export const openSerial = async (path: string, settings: SerialSettings): Promise<ByteTransport> => {
  const port = new (await loadSerialPort())({
    path,
    baudRate: settings.baudRate,
    lock: true,
    autoOpen: false,
  })
  await new Promise<void>((resolve, reject) =>
    port.open((error) => (error ? reject(error) : resolve())),
  ).catch(async (error: Error) => {
    throw await explainRefusal(path, error)
  })
  return createSerialTransport(path, port)
}

/** The native package tells causes in prose only; the file system, or the list of ports, tells them in codes. */
const explainRefusal = async (path: string, cause: Error): Promise<BridgeError> => {
  if (process.platform === 'win32') {
    const isListed = (await listSerialPorts()).ports.some(
      (port) => port.path.toLowerCase() === path.toLowerCase(),
    )
    return new BridgeError(isListed ? 'device_busy' : 'device_absent', `${path}: ${cause.message}.`, {
      cause,
    })
  }
  const facts = await stat(path).catch(() => undefined)
  if (facts === undefined) return new BridgeError('device_absent', `There is no ${path}.`, { cause })
  if (!facts.isCharacterDevice())
    return new BridgeError('device_absent', `${path} is no serial port.`, { cause })
  const isOpenToUs = await access(path, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!isOpenToUs) return new BridgeError('device_denied', `No right to read and write ${path}.`, { cause })
  return new BridgeError('device_busy', `${path}: ${cause.message}.`, { cause })
}

const createSerialTransport = (path: string, port: SerialPort): ByteTransport => {
  let listener: TransportListener | undefined
  let lost: BridgeError | undefined
  let closing: Promise<void> | undefined

  const hangUp = (): void => port.close(() => undefined)
  // While nobody listens a hang-up is seen by nobody else.
  const stopWatching = watchNode(port, hangUp)
  const direct =
    port.port !== undefined && 'poller' in port.port ? createDirectPort(port.port, hangUp) : undefined
  const onBytes = (bytes: Uint8Array): void => listener?.onBytes(bytes)
  const onData = (bytes: Buffer): void => onBytes(new Uint8Array(bytes))

  // Every loss ends here, the library's own disconnects included.
  port.on('close', () => {
    stopWatching()
    if (closing !== undefined) return
    lost = new BridgeError('device_lost', `${path} is gone.`)
    listener?.onLost(lost)
  })
  // Errors reach the callback of the call that failed, and a loss is followed by `close`.
  port.on('error', () => undefined)

  const refusal = (): BridgeError | undefined =>
    closing === undefined ? lost : new BridgeError('device_closed', `${path} was closed.`)

  /** Runs a call of the library; its failure is a loss unless we closed the port. */
  const call = (start: (done: (error?: Error | null) => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const refused = refusal()
      if (refused !== undefined) return reject(refused)
      start((error) => {
        if (error)
          reject(refusal() ?? new BridgeError('device_lost', `${path}: ${error.message}.`, { cause: error }))
        else resolve()
      })
    })

  /** Returns its end. */
  const startReading = (): (() => void) => {
    if (direct !== undefined) return direct.listen(onBytes)
    port.on('data', onData)
    port.resume()
    return () => {
      port.off('data', onData)
      port.pause()
    }
  }

  /** What the kernel does not take at once goes the library's way, which waits for room and knows a loss by its error. */
  const write = (bytes: Uint8Array, done: (error?: Error | null) => void): void => {
    const sent = port.writableLength === 0 ? (direct?.write(bytes) ?? 0) : 0
    if (sent === bytes.length) done()
    else port.write(bytes.subarray(sent), undefined, done)
  }

  return {
    kind: 'serial',
    path,
    listen: (next) => {
      if (listener !== undefined) throw new BridgeError('device_busy', `${path} has a listener already.`)
      listener = next
      const stopReading = startReading()
      if (lost !== undefined) {
        const error = lost
        queueMicrotask(() => listener?.onLost(error))
      }
      return () => {
        if (listener !== next) return
        listener = undefined
        stopReading()
      }
    },
    write: (bytes) => call((done) => write(bytes, done)),
    setBaudRate: async (baudRate) => {
      await call((done) => port.drain(done))
      await call((done) => port.update({ baudRate }, done))
    },
    close: () =>
      (closing ??= new Promise((resolve) => {
        stopWatching()
        if (port.isOpen) port.close(() => resolve())
        else resolve()
      })),
  }
}
