import { fstatSync, realpathSync, watch } from 'node:fs'
import { dirname } from 'node:path'
import type { SerialPort } from 'serialport'

/** Where the folder can't be watched (no inotify watches left), a loss is still noticed within this time. */
const CHECK_MS = 1000

/**
 * Calls `onGone` once when the device node behind an open port was removed; returns the end of watching.
 * Needed while nobody listens, when nothing reads: serialport 13 emits nothing then (serialport/bindings-cpp issue 162).
 * Linux only: elsewhere the library sees the loss by itself.
 */
export const watchNode = (port: SerialPort, onGone: () => void): (() => void) => {
  if (process.platform !== 'linux') return () => undefined

  const check = (): void => {
    if (!isGone(port)) return
    stop()
    onGone()
  }
  const timer = setInterval(check, CHECK_MS).unref()
  const watcher = watchFolder(port.path, check)
  const stop = (): void => {
    clearInterval(timer)
    watcher?.close()
  }
  return stop
}

/**
 * Whether the node that is open has no name any more. The path can't tell: a new device may have taken it already
 * (a PTY number is used again at once, an adapter plugged back in becomes ttyUSB0 again).
 */
const isGone = ({ port }: SerialPort): boolean => {
  const fd = port !== undefined && 'fd' in port ? port.fd : undefined
  return typeof fd === 'number' && fstatSync(fd).nlink === 0
}

const watchFolder = (path: string, check: () => void): { close(): void } | undefined => {
  try {
    const watcher = watch(dirname(realpathSync(path)), { persistent: false }, check)
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
