import { spawn } from 'node:child_process'
import { openLibcDatagram } from './libc-datagram.ts'

/** Tells the service manager how the daemon is (sd_notify(3)). Without one every call does nothing; nothing ever throws. */
export interface Notifier {
  /** How the messages travel, for the log: `none` where no service manager listens. */
  readonly via: 'libc' | 'systemd-notify' | 'none'
  /** How often `feed` is due, milliseconds: half of the unit's WatchdogSec. Null where nobody watches this process. */
  readonly watchdogIntervalMs: number | null
  /** The daemon has started: its control API answers and its devices are being looked after. */
  ready(): void
  /** The daemon is on its way down; the drain bound runs. */
  stopping(): void
  /** One line for `systemctl status`. */
  status(text: string): void
  /** A sign of life, sent where somebody watches. It comes from the device loop, so that a stuck loop is a dead daemon. */
  feed(): void
}

type Environment = Readonly<Record<string, string | undefined>>
type Send = (message: string) => void

/** 21 ms a call and another process id: the unit needs `NotifyAccess=all` for it. */
const createCommandSend = (env: Environment): Send => {
  let missing = false
  return (message) => {
    if (missing) return
    const command = spawn('systemd-notify', [message], { env: { ...env }, stdio: 'ignore' })
    command.once('error', (error: NodeJS.ErrnoException) => {
      missing ||= error.code === 'ENOENT'
    })
    command.unref()
  }
}

/** WATCHDOG_PID guards against a watchdog that is meant for another process of the unit (sd_watchdog_enabled(3)). */
const watchdogIntervalMs = (env: Environment): number | null => {
  const usec = Number(env['WATCHDOG_USEC'])
  const pid = env['WATCHDOG_PID']
  if (!Number.isSafeInteger(usec) || usec <= 0) return null
  return pid === undefined || pid === String(process.pid) ? usec / 2000 : null
}

const createNotifier = (via: Notifier['via'], env: Environment, send: Send): Notifier => {
  const intervalMs = via === 'none' ? null : watchdogIntervalMs(env)
  return {
    via,
    watchdogIntervalMs: intervalMs,
    ready: () => send('READY=1'),
    stopping: () => send('STOPPING=1'),
    status: (text) => send(`STATUS=${text.replaceAll(/\s+/g, ' ')}`),
    feed: () => {
      if (intervalMs !== null) send('WATCHDOG=1')
    },
  }
}

/**
 * Opens the way to the service manager that NOTIFY_SOCKET of `env` names: through libc where koffi is installed, else
 * through the command `systemd-notify`. Where the variable is unset nothing is loaded. Never throws.
 */
export const openNotifier = (env: Environment, openDatagram = openLibcDatagram): Notifier => {
  const socket = env['NOTIFY_SOCKET']
  if (socket === undefined || socket === '') return createNotifier('none', env, () => {})
  // Other families (vsock) are the command's business.
  if (socket.startsWith('/') || socket.startsWith('@')) {
    try {
      return createNotifier('libc', env, openDatagram(socket))
    } catch {
      // koffi is optional; the command does the same, slower.
    }
  }
  return createNotifier('systemd-notify', env, createCommandSend(env))
}
