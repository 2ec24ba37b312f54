import { closeSync, lstatSync, readlinkSync, renameSync, rmSync, symlinkSync, writeSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ReadStream } from 'node:tty'
import { BridgeError } from '../contract/index.ts'
import { openSpeedReader } from './line-speed.ts'
import { loadSerialPort } from './serial-list.ts'

/** The native half of node-pty: file descriptors of both ends, and the slave's path. */
interface NativePty {
  open(
    columns: number,
    rows: number,
  ): { readonly master: number; readonly slave: number; readonly pty: string }
}

interface NativeLoader {
  requireBinary(file: 'pty.node'): NativePty
}

/** A kernel pseudoterminal of which this process plays the device. */
export interface Pty {
  /** The slave, which a host opens like a serial port. */
  readonly path: string
  write(bytes: Uint8Array): void
  /** The line speed that the host has set, bits a second; undefined where it can't be told. See openSpeedReader. */
  hostBaudRate(): number | undefined
  /** Hangs up: whoever has the slave open sees its line go. Idempotent. */
  close(): void
}

interface PtyOptions {
  /** A symbolic link to the slave, made here and removed at close. A stale link is replaced; any other file is refused. */
  readonly link?: string
  readonly onBytes: (bytes: Uint8Array) => void
}

/** What a host that does not read may leave unread beyond the kernel's own buffer. A UART forgets; so does this. */
const MAX_UNREAD_BYTES = 65_536
const RETRY_MS = 1

const isErrnoException = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && 'code' in error

const loadNative = (): NativePty => {
  try {
    if (process.platform === 'win32') throw new Error('Windows has no pseudoterminals of this kind.')
    const loader = createRequire(import.meta.url)('@lydell/node-pty/requireBinary.js') as NativeLoader
    return loader.requireBinary('pty.node')
  } catch (error) {
    throw new BridgeError(
      'driver_unavailable',
      `Pseudoterminals need the optional package @lydell/node-pty, and Linux or macOS; this is ${process.platform}.`,
      { cause: error },
    )
  }
}

/**
 * A fresh terminal echoes and edits lines. Opening it as a serial port switches that off, and what is set stays while any
 * descriptor of the slave is open.
 */
const makeRaw = async (path: string): Promise<void> => {
  const SerialPort = await loadSerialPort()
  const port = await SerialPort.binding.open({ path, baudRate: 115_200, lock: false })
  await port.close()
}

const placeLink = (link: string, target: string): void => {
  const found = lstatSync(link, { throwIfNoEntry: false })
  if (found !== undefined && !found.isSymbolicLink()) {
    throw new BridgeError('request_invalid', `${link} exists and is no symbolic link.`)
  }
  const fresh = `${link}.${process.pid}`
  rmSync(fresh, { force: true })
  try {
    symlinkSync(target, fresh)
    renameSync(fresh, link)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new BridgeError('request_invalid', `The link ${link} cannot be made: ${reason}.`, { cause: error })
  }
}

const removeLink = (link: string, target: string): void => {
  try {
    if (readlinkSync(link) === target) rmSync(link)
  } catch (error) {
    if (!isErrnoException(error) || (error.code !== 'ENOENT' && error.code !== 'EINVAL')) throw error
  }
}

/**
 * Opens a pseudoterminal in raw mode. Rejects `driver_unavailable` where there is none (Windows, package left out),
 * `request_invalid` when a file stands in the link's place or the link cannot be made.
 */
export const openPty = async ({ link, onBytes }: PtyOptions): Promise<Pty> => {
  const { master, slave, pty: path } = loadNative().open(80, 24)
  const reader = new ReadStream(master)
  const readSpeed = openSpeedReader(master)
  let isOpen = true
  let unread: Uint8Array = new Uint8Array()
  let retry: NodeJS.Timeout | undefined

  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    clearTimeout(retry)
    if (link !== undefined) removeLink(link, path)
    reader.destroy()
    closeSync(slave)
  }

  const flush = (): void => {
    retry = undefined
    try {
      while (unread.length > 0) unread = unread.subarray(writeSync(master, unread))
    } catch (error) {
      if (!isErrnoException(error) || error.code !== 'EAGAIN') throw error
      if (unread.length > MAX_UNREAD_BYTES) unread = new Uint8Array()
      retry = setTimeout(flush, RETRY_MS)
    }
  }

  reader.on('data', (bytes: Buffer) => onBytes(new Uint8Array(bytes)))
  // The slave is held open here, so the master hangs up by our own close only.
  reader.on('error', close)
  try {
    await makeRaw(path)
    if (link !== undefined) placeLink(link, path)
  } catch (error) {
    close()
    throw error
  }

  return {
    path,
    write: (bytes) => {
      if (!isOpen) return
      unread = unread.length === 0 ? bytes : Uint8Array.from([...unread, ...bytes])
      if (retry === undefined) flush()
    },
    hostBaudRate: () => (isOpen ? readSpeed() : undefined),
    close,
  }
}
