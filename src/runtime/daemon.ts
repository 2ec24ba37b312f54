import type { Logger } from 'pino'
import { fileURLToPath } from 'node:url'
import type { DaemonOptions, RunningDaemon } from '../cli/runtime.ts'
import { readLayouts } from './layouts.ts'
import { ensureDataDir } from '../config/data-dir.ts'
import type { ConfigSource } from '../config/load.ts'
import { BridgeError, toBridgeError } from '../contract/errors.ts'
import type { EncoderId } from '../contract/ids.ts'
import type { Journal } from '../contract/journal.ts'
import { examine } from '../control/doctor.ts'
import type { ControlPorts } from '../control/ports.ts'
import type { DoctorReport } from '../control/schema.ts'
import { startControl } from '../control/server.ts'
import { encoderBody } from '../control/views.ts'
import { openJournal } from '../journal/journal.ts'
import { readHubDate } from '../seam/hub-date.ts'
import { readMachineMarks } from '../service/machine-marks.ts'
import type { Notifier } from '../service/notify.ts'
import { systemClock } from '../service/system-clock.ts'
import { createSupervisor } from '../sessions/supervisor.ts'
import { journalPath } from './data-dir.ts'
import { openDeskDevices, openEmulatedDevices } from './desk-devices.ts'
import { createDeskOrders } from './desk-orders.ts'
import { doctorSources, HUB_ANSWERS_WITHIN_MS } from './doctor-sources.ts'
import { encoderSettings } from './encoder-settings.ts'
import { enrolUnpaired } from './enrolment.ts'
import { networkOf } from './network.ts'
import { pageDir } from './page-dir.ts'
import { createRoomPorts, openRooms, roomFacts } from './rooms.ts'
import { watchSleep } from '../service/sleep-watch.ts'
import { readKeyFile } from '../transport/secret-file.ts'
import { openUpstream, type Upstream } from './upstream.ts'
import type { Capture } from './capture.ts'
import type { createLogLines } from './log-lines.ts'
import { collectSecrets } from './record-secrets.ts'
import type { RunningConfig } from './settings.ts'
import { tapDriver } from './tap-driver.ts'
import { createUpkeep } from './upkeep.ts'
import { createVirtualDevices } from './virtual-devices.ts'

/** A session that writes may take this long to its true end when the daemon is told to stop. */
const DRAIN_MS = 10_000
/** Each device is looked after every ten seconds, and one that answers late is waited for some more. */
const DEVICE_LOOP_WITHIN_MS = 60_000
/** Audit lines and delivered orders are kept this long. */
const KEPT_DAYS = 400
const PRUNE_EVERY_MS = 24 * 3_600_000

/** What outlives a daemon that is started again, and what it is started with. */
export interface DaemonHost {
  readonly version: string
  readonly source: ConfigSource
  readonly running: RunningConfig
  readonly logger: Logger
  readonly lines: ReturnType<typeof createLogLines>
  readonly capture: Capture
  readonly notifier: Notifier
  /** Why the last restart went back to the settings before it; null when it did not. */
  restartError(): BridgeError | null
  restart(): Promise<void>
}

/**
 * Starts the daemon: journal first, then devices and sessions, then whatever can order or watch. Rejects with a
 * BridgeError, and leaves nothing running, when a part can't start.
 */
export const startDaemon = async (
  options: Omit<DaemonOptions, 'log' | 'configPath'>,
  host: DaemonHost,
): Promise<RunningDaemon> => {
  const { version, running, logger: log, capture, notifier } = host
  const config = running.get()
  const network = networkOf(config, process.env)
  const apiKey = config.seam === undefined ? null : readKeyFile(config.seam.apiKeyFile)
  ensureDataDir(options.dataDir)
  const journal = openJournal({ path: journalPath(options.dataDir) })
  const undo: (() => unknown)[] = [() => journal.close()]
  const unwind = async (): Promise<void> => {
    for (const step of undo.toReversed()) await step()
    undo.length = 0
  }

  try {
    const wallClock = (): Date => new Date()
    const layouts = readLayouts(config)
    const virtual = createVirtualDevices()
    let aliveAt = systemClock.now()
    const tap = { capture, secrets: collectSecrets(config, []) }
    const configured = (await encoderSettings(config, layouts)).map((device) => ({
      ...device,
      driver: tapDriver(device.driver, device.name, tap),
    }))
    const devicePorts = {
      clock: systemClock,
      random: Math.random,
      wallClock,
      journal,
      virtual,
      onAlive: () => {
        aliveAt = systemClock.now()
        notifier.feed()
      },
    }
    const encoders = await (options.isEmulated
      ? openEmulatedDevices(config, configured, devicePorts)
      : openDeskDevices(configured, devicePorts))
    undo.push(() => encoders.close())
    undo.push(encoders.onChange(() => logStates(log, encoders.list())))

    const rooms = openRooms(options.dataDir)
    let upstream: Upstream | null = null
    const bearsEnd = (encoderId: EncoderId): boolean => {
      const name = encoders.list().find((encoder) => encoder.encoderId === encoderId)?.layout
      return name !== undefined && layouts.named(name).bearsEnd
    }
    const deskOrders = createDeskOrders(journal, wallClock, bearsEnd)
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
      get limits() {
        const { technologies = null, cardsAnHour = null } = running.get().limits
        return { technologies, cardsAnHour }
      },
      wallClock,
      clock: systemClock,
      get delays() {
        const { cardTimeoutSeconds, recoveryTimeoutSeconds } = running.get().sessions
        return { cardTimeout: cardTimeoutSeconds * 1000, recoveryTimeout: recoveryTimeoutSeconds * 1000 }
      },
      log: log.child({ component: 'sessions' }),
    })
    undo.push(() => sessions.drain(0))
    const opened = openUpstream(
      config,
      apiKey,
      {
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
      },
      deskOrders,
    )
    upstream = opened
    undo.push(() => opened.close())

    if (config.seam === undefined) {
      undo.push(
        enrolUnpaired(config.hub, journal, opened.pairing, systemClock, log.child({ component: 'pairing' })),
      )
    }
    const systems = configured.flatMap(({ name, driver }) =>
      driver.manifest.kind === 'keySystem' ? [name] : [],
    )
    const hubPorts: ControlPorts['link'] = {
      view: () => opened.view(),
      onChange: opened.onChange,
      requestEncode: async ({ isConfirmed: confirmed, ...wanted }) =>
        (await opened.requestEncode({ ...wanted, confirmed }, new AbortController().signal)).orderId,
    }
    const roomPorts = createRoomPorts(rooms, opened, systems)
    const doctor = (): Promise<DoctorReport> =>
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
        askHubDate: (endpoint) => readHubDate(endpoint, network, AbortSignal.timeout(HUB_ANSWERS_WITHIN_MS)),
        ...doctorSources,
      })
    const parts = { encoders, sessions, journal, link: hubPorts, rooms: roomPorts, doctor }
    const control = await startControl({
      port: options.port,
      dataDir: options.dataDir,
      version,
      logger: log,
      clock: systemClock,
      wallClock,
      pageDir: fileURLToPath(pageDir),
      lockAfterMs: config.page.lockAfterMinutes === 0 ? null : config.page.lockAfterMinutes * 60_000,
      virtual,
      isDeviceLoopAlive: () =>
        encoders.list().length === 0 || systemClock.now() - aliveAt < DEVICE_LOOP_WITHIN_MS,
      ...parts,
      orderScan: deskOrders.scan,
      orderStay: deskOrders.stay,
      orderAssign: deskOrders.assign,
      orderTest: deskOrders.test,
      work: opened.work,
      pairing: opened.pairing,
      ...createUpkeep(host, { ...parts, dataDir: options.dataDir, wallClock }),
    })
    undo.push(() => control.close())
    // Those who follow a session see its ending before the control API goes.
    undo.push(() => sessions.drain(DRAIN_MS))
    undo.push(outliveStrayRejections(log))
    undo.push(watchSleep(systemClock, wallClock, () => encoders.probeAll()))
    undo.push(pruneDaily(journal, (error) => log.warn({ err: error }, 'old entries could not be pruned')))
    undo.push(feedWithoutDevices(encoders.list().length, notifier))
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
