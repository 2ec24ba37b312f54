import type { DaemonOptions, RunningDaemon } from '../cli/runtime.ts'
import { loadConfig, type ConfigSource } from '../config/load.ts'
import type { Config } from '../config/schema.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import { openNotifier, type Notifier } from '../service/notify.ts'
import { systemClock } from '../service/system-clock.ts'
import { createCapture } from './capture.ts'
import { startDaemon } from './daemon.ts'
import type { DaemonHost } from './daemon.ts'
import { createLogLines, readLogLine } from './log-lines.ts'
import { openDaemonLog } from './logger.ts'
import { checkStart, createRunningConfig } from './settings.ts'

/** While nothing else of the daemon runs that could: draining takes a third of the unit's WatchdogSec. */
const feedMeanwhile = (notifier: Notifier): (() => void) => {
  if (notifier.watchdogIntervalMs === null) return () => undefined
  const timer = setInterval(() => notifier.feed(), notifier.watchdogIntervalMs)
  return () => clearInterval(timer)
}

const openHostLog = async (options: DaemonOptions, config: Config) => {
  const lines = createLogLines()
  const capture = createCapture(systemClock, () => new Date())
  const log = await openDaemonLog(options.log, config.log.level, (line, isOfLevel) => {
    if (isOfLevel) lines.take(line)
    if (capture.isRunning()) capture.take({ log: readLogLine(line) })
  })
  return { lines, capture, log }
}

/**
 * Runs the daemon, and runs it again in the same process when it is asked to: with the file's new settings, at the same port, and
 * with the settings before where the new ones don't start. Rejects as `startDaemon` does when the first start fails.
 * @param start another daemon than the real one, for tests
 */
export const runDaemon = async (
  options: DaemonOptions,
  version: string,
  start: typeof startDaemon = startDaemon,
): Promise<RunningDaemon> => {
  const source: ConfigSource = { dataDir: options.dataDir, path: options.configPath, env: process.env }
  const first = loadConfig(source)
  const { lines, capture, log } = await openHostLog(options, first)
  const notifier = openNotifier(process.env)
  let ended: { resolve(): void; reject(error: unknown): void } = { resolve: () => {}, reject: () => {} }
  const closed = new Promise<void>((resolve, reject) => {
    ended = { resolve, reject }
  })
  // Told to whoever waits for it; nobody may.
  closed.catch(() => undefined)
  let isClosing = false
  let restarting: Promise<void> | null = null
  let restartError: BridgeError | null = null

  const begin = (config: Config, port: number): Promise<RunningDaemon> => {
    log.setLevel(config.log.level)
    const host: DaemonHost = {
      version,
      source,
      running: createRunningConfig(config, log.setLevel),
      logger: log.logger,
      lines,
      capture,
      notifier,
      restartError: () => restartError,
      restart,
    }
    return start({ ...options, port }, host).then((daemon) => {
      running = host.running
      return daemon
    })
  }

  const exchange = async (next: Config): Promise<void> => {
    const stopFeeding = feedMeanwhile(notifier)
    const before = running.get()
    const port = Number(new URL(daemon.endpoint).port)
    try {
      await daemon.close()
      if (isClosing) return
      restartError = null
      daemon = await begin(next, port).catch((thrown: unknown) => {
        restartError = toBridgeError(thrown)
        log.logger.error(
          { component: 'daemon', err: thrown },
          'the new settings do not start: the old ones do',
        )
        return begin(before, port)
      })
    } catch (error) {
      ended.reject(error)
    } finally {
      stopFeeding()
    }
  }

  const refuseTwice = (): void => {
    if (restarting !== null || isClosing) throw new BridgeError('draining')
  }

  const restart = async (): Promise<void> => {
    refuseTwice()
    const next = loadConfig(source)
    await checkStart(next, source.env)
    // Somebody else may have asked meanwhile: two daemons would start at one port.
    refuseTwice()
    log.logger.info({ component: 'daemon' }, 'starting again')
    // Whoever asked is answered first.
    restarting = new Promise<void>((resolve) => {
      setImmediate(() => resolve(exchange(next)))
    }).finally(() => {
      restarting = null
    })
  }

  let running = createRunningConfig(first, log.setLevel)
  let daemon = await begin(first, options.port)
  notifier.ready()
  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    isClosing = true
    notifier.stopping()
    await restarting
    await daemon.close()
    ended.resolve()
  }
  return {
    endpoint: daemon.endpoint,
    devices: daemon.devices,
    close: () => (closing ??= close()),
    closed,
  }
}
