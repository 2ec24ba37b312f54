import { fileURLToPath } from 'node:url'
import type { DaemonOptions, RunningDaemon } from '../cli/runtime.ts'
import { readLayouts } from './layouts.ts'
import { ensureDataDir } from '../config/data-dir.ts'
import { loadConfig } from '../config/load.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { Journal } from '../contract/journal.ts'
import { examine } from '../control/doctor.ts'
import { startControl } from '../control/server.ts'
import { encoderBody } from '../control/views.ts'
import { openJournal } from '../journal/journal.ts'
import { readHubDate } from '../seam/hub-date.ts'
import { readHubNetwork } from '../seam/hub-network.ts'
import { readMachineMarks } from '../service/machine-marks.ts'
import { openNotifier } from '../service/notify.ts'
import type { Notifier } from '../service/notify.ts'
import { systemClock } from '../service/system-clock.ts'
import { createSupervisor } from '../sessions/supervisor.ts'
import { journalPath } from './data-dir.ts'
import { openDeskDevices, openEmulatedDevices } from './desk-devices.ts'
import { createDeskOrders } from './desk-orders.ts'
import { doctorSources, HUB_ANSWERS_WITHIN_MS } from './doctor-sources.ts'
import { encoderSettings } from './encoder-settings.ts'
import { enrolUnpaired } from './enrolment.ts'
import { createLogger } from './logger.ts'
import { pageDir } from './page-dir.ts'
import { createRoomPorts, openRooms, roomFacts } from './rooms.ts'
import { watchSleep } from '../service/sleep-watch.ts'
import { readKeyFile } from '../transport/secret-file.ts'
import { openUpstream, type Upstream } from './upstream.ts'
import { createVirtualDevices } from './virtual-devices.ts'

/** A session that writes may take this long to its true end when the daemon is told to stop. */
const DRAIN_MS = 10_000
/** Audit lines and delivered orders are kept this long. */
const KEPT_DAYS = 400
const PRUNE_EVERY_MS = 24 * 3_600_000

/**
 * Starts the daemon: journal first, then devices and sessions, then whatever can order or watch. Rejects with a
 * BridgeError, and leaves nothing running, when a part can't start.
 */
export const startDaemon = async (options: DaemonOptions, version: string): Promise<RunningDaemon> => {
  const config = loadConfig({ dataDir: options.dataDir, path: options.configPath, env: process.env })
  const network = readHubNetwork(config.hub.caFile ?? null, process.env)
  const apiKey = config.seam === undefined ? null : readKeyFile(config.seam.apiKeyFile)
  const log = await createLogger(options.log, config.log.level)
  ensureDataDir(options.dataDir)
  const journal = openJournal({ path: journalPath(options.dataDir) })
  const undo: (() => unknown)[] = [() => journal.close()]
  const unwind = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step()
    undo.length = 0
  }

  try {
    const notifier = openNotifier(process.env)
    const wallClock = (): Date => new Date()
    const layouts = readLayouts(config)
    const virtual = createVirtualDevices()
    const configured = await encoderSettings(config, layouts)
    const devicePorts = {
      clock: systemClock,
      random: Math.random,
      wallClock,
      journal,
      virtual,
      onAlive: () => notifier.feed(),
    }
    const encoders = await (options.isEmulated
      ? openEmulatedDevices(config, configured, devicePorts)
      : openDeskDevices(configured, devicePorts))
    undo.push(() => encoders.close())
    undo.push(encoders.onChange(() => logStates(log, encoders.list())))

    const rooms = openRooms(options.dataDir)
    let upstream: Upstream | null = null
    const sessions = createSupervisor({
      layouts,
      rooms,
      journal,
      encoders,
      credentials: {
        lookup: (credentialId, signal) =>
          upstream?.lookup(credentialId, signal) ?? Promise.reject(new BridgeError('hub_unreachable')),
      },
      cards: {
        assign: (wanted, signal) =>
          upstream?.cards.assign(wanted, signal) ?? Promise.reject(new BridgeError('outcome_unknown')),
      },
      limits: {
        technologies: config.limits.technologies ?? null,
        cardsAnHour: config.limits.cardsAnHour ?? null,
      },
      wallClock,
      clock: systemClock,
      delays: {
        cardTimeout: config.sessions.cardTimeoutSeconds * 1000,
        recoveryTimeout: config.sessions.recoveryTimeoutSeconds * 1000,
      },
      log: log.child({ component: 'sessions' }),
    })
    undo.push(() => sessions.drain(0))
    const opened = openUpstream(config, apiKey, {
      journal,
      encoders,
      sessions,
      machineMarks: readMachineMarks,
      endpointOverride: config.hub.endpoint,
      network,
      version,
      clock: systemClock,
      wallClock,
      random: Math.random,
      logger: log.child({ component: 'link' }),
    })
    upstream = opened
    undo.push(() => opened.close())

    if (config.seam === undefined) {
      undo.push(
        enrolUnpaired(config.hub, journal, opened.pairing, systemClock, log.child({ component: 'pairing' })),
      )
    }
    const deskOrders = createDeskOrders(journal, wallClock)
    const systems = configured.flatMap(({ name, driver }) =>
      driver.manifest.kind === 'keySystem' ? [name] : [],
    )
    const control = await startControl({
      port: options.port,
      dataDir: options.dataDir,
      version,
      logger: log,
      clock: systemClock,
      wallClock,
      pageDir: fileURLToPath(pageDir),
      lockAfterMs: config.page.lockAfterMinutes === 0 ? null : config.page.lockAfterMinutes * 60_000,
      encoders,
      virtual,
      sessions,
      journal,
      link: {
        view: () => opened.view(),
        onChange: opened.onChange,
        requestEncode: async ({ accessMethodId, encoderId, purpose, copies, isConfirmed }) =>
          (
            await opened.requestEncode(
              { accessMethodId, encoderId, purpose, copies, confirmed: isConfirmed },
              new AbortController().signal,
            )
          ).orderId,
      },
      orderScan: deskOrders.scan,
      orderStay: deskOrders.stay,
      orderAssign: deskOrders.assign,
      rooms: createRoomPorts(rooms, opened, systems),
      work: opened.work,
      doctor: () =>
        examine({
          dataDir: options.dataDir,
          port: Number(new URL(control.endpoint).port),
          encoders: () => encoders.list().map(encoderBody),
          readConfig: () => Promise.resolve(config),
          readJournal: () => ({
            hubEndpoint: config.hub.endpoint ?? journal.pairing()?.hubEndpoint ?? null,
            outbox: journal.outboxFigures(),
          }),
          readRooms: (drivers) => roomFacts(options.dataDir, drivers),
          askHubDate: (endpoint) =>
            readHubDate(endpoint, network, AbortSignal.timeout(HUB_ANSWERS_WITHIN_MS)),
          ...doctorSources,
        }),
      pairing: opened.pairing,
    })
    undo.push(() => control.close())
    // Those who follow a session see its ending before the control API goes.
    undo.push(() => sessions.drain(DRAIN_MS))
    undo.push(outliveStrayRejections(log))
    undo.push(watchSleep(systemClock, wallClock, () => encoders.probeAll()))
    undo.push(pruneDaily(journal, (error) => log.warn({ err: error }, 'old entries could not be pruned')))
    undo.push(feedWithoutDevices(encoders.list().length, notifier))
    undo.push(() => notifier.stopping())
    notifier.ready()
    log.info({ component: 'daemon', version, endpoint: control.endpoint }, 'ready')

    let resolveClosed = (): void => undefined
    const closed = new Promise<void>((resolve) => {
      resolveClosed = resolve
    })
    let closing: Promise<void> | null = null
    return {
      endpoint: control.endpoint,
      devices: encoders.list().map(({ name, driver, path, state }) => ({ name, driver, path, state })),
      close: () => {
        closing ??= unwind().then(resolveClosed)
        return closing
      },
      closed,
    }
  } catch (error) {
    await unwind()
    throw toBridgeError(error)
  }
}

/** An encoder that goes and one that comes are told once each. */
const logStates = (() => {
  const told = new Map<string, string>()
  return (
    log: { info(facts: object, message: string): void },
    encoders: readonly { encoderId: string; name: string; state: string; error: BridgeError | null }[],
  ): void => {
    for (const { encoderId, name, state, error } of encoders) {
      const isThere = state === 'ready' || state === 'leased'
      const fact = isThere ? 'available' : (error?.code ?? state)
      if (fact === 'opening' || told.get(encoderId) === fact) continue
      told.set(encoderId, fact)
      log.info(
        { component: 'devices', encoderId, encoder: name, code: error?.code, detail: error?.detail },
        isThere ? 'encoder available' : 'encoder unavailable',
      )
    }
  }
})()

/** A promise that nobody awaited is a mistake in one place, and no reason to leave every clerk without a daemon. */
const outliveStrayRejections = (log: { error(facts: object, message: string): void }): (() => void) => {
  const note = (reason: unknown): void =>
    log.error({ component: 'daemon', err: reason }, 'a promise was rejected that nobody awaited')
  process.on('unhandledRejection', note)
  return () => process.off('unhandledRejection', note)
}

/** With no device there is no device loop to feed the watchdog, and a daemon without encoders is a healthy one. */
const feedWithoutDevices = (deviceCount: number, notifier: Notifier): (() => void) => {
  if (deviceCount > 0 || notifier.watchdogIntervalMs === null) return () => undefined
  const timer = setInterval(() => notifier.feed(), notifier.watchdogIntervalMs)
  return () => clearInterval(timer)
}

const pruneDaily = (journal: Journal, onError: (error: BridgeError) => void): (() => void) => {
  const prune = (): void => {
    try {
      journal.prune(new Date(Date.now() - KEPT_DAYS * 86_400_000).toISOString())
    } catch (error) {
      onError(toBridgeError(error))
    }
  }
  const timer = setInterval(prune, PRUNE_EVERY_MS).unref()
  return () => clearInterval(timer)
}
