import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { SeamHttp } from '@seamapi/http'
import { WebSocket } from 'ws'
import { endChild, startScript } from './child.ts'
import { runCommand, type RunningCommand, startCommand } from '../test/support/command.ts'

/** Asking without a pause would take the processor from those who are measured. */
const POLL_EVERY_MS = 25

/** Nothing that is asked for here takes this long, however busy the machine. */
export const PATIENCE_MS = 120_000

/** Repeats a question until it is answered with yes; rejects when that takes too long. */
export const waitUntil = async (ask: () => Promise<boolean>, everyMs = POLL_EVERY_MS): Promise<void> => {
  const deadlineMs = performance.now() + PATIENCE_MS
  while (!(await ask())) {
    if (performance.now() > deadlineMs) throw new Error(`Waited for more than ${PATIENCE_MS / 1000} s.`)
    await pause(everyMs)
  }
}

/** An emulated PN532 on a pseudoterminal. */
export interface EmulatedEncoder {
  readonly name: string
  /** Puts a blank card into the field. */
  placeCard(uid: string): Promise<void>
  removeCard(uid: string): Promise<void>
  unplug(): Promise<void>
  plug(): Promise<void>
}

/** What is used of an event. */
interface FollowedEvent {
  readonly type: string
  readonly at: string
  readonly session?: { readonly state: string }
}

/** A daemon of the built command, and its control API. */
export interface Daemon {
  readonly pid: number
  get(path: string): Promise<Record<string, unknown>>
  post(path: string, body: object): Promise<Record<string, unknown>>
  /** Tells each event of the control API from now on, until it is disposed of. */
  follow(onEvent: (event: FollowedEvent) => void): Promise<Disposable>
  /** The audit trail so far, oldest line first. */
  audit(): Promise<readonly { readonly at: string; readonly event: string; readonly order_id: string }[]>
  stop(): Promise<void>
}

/** A hub, emulated encoders and the data directory of a daemon that is paired with the hub. */
export interface Desk {
  readonly encoders: readonly EmulatedEncoder[]
  readonly seam: SeamHttp
  /** Spawns the daemon; resolves at the line that says it is ready. */
  start(env?: NodeJS.ProcessEnv): Promise<Daemon>
  /** As `start`, and waits until the encoders are ready and the hub is connected. */
  startWhole(env?: NodeJS.ProcessEnv): Promise<Daemon>
  [Symbol.asyncDispose](): Promise<void>
}

export interface DeskOptions {
  readonly encoders: number
  /**
   * `exact`: in real time to the microsecond, each in a process that spins. `coarse`: in real time rounded up to milliseconds,
   * all in one process that leaves the processors to the daemon. Otherwise they answer at once.
   */
  readonly time?: 'exact' | 'coarse'
  readonly layout?: string
  readonly sessionBaudRate?: number
}

/** One request to the control socket of an emulator. */
const command = async (socketPath: string, request: object): Promise<void> => {
  const socket = connect(socketPath)
  socket.write(`${JSON.stringify(request)}\n`)
  const [line] = (await once(createInterface({ input: socket }), 'line')) as [string]
  socket.destroy()
  if (!(JSON.parse(line) as { ok: boolean }).ok) throw new Error(`emulator: ${line}`)
}

const connectDaemon = async (running: RunningCommand, dataDir: string): Promise<Daemon> => {
  const { endpoint } = (await running.ready) as { endpoint: string }
  const token = readFileSync(join(dataDir, 'control-token'), 'utf8').trim()
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const ask = async (path: string, init: RequestInit): Promise<string> => {
    const response = await fetch(`${endpoint}${path}`, { ...init, headers })
    const text = await response.text()
    if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`)
    return text
  }
  const askJson = async (path: string, init: RequestInit) =>
    JSON.parse(await ask(path, init)) as Record<string, unknown>
  return {
    pid: running.child.pid ?? 0,
    get: (path) => askJson(path, {}),
    post: (path, body) => askJson(path, { method: 'POST', body: JSON.stringify(body) }),
    follow: async (onEvent) => {
      const socket = new WebSocket(`${endpoint.replace(/^http/, 'ws')}/v1/events`, { headers })
      socket.on('message', (data: Buffer) => onEvent(JSON.parse(data.toString()) as FollowedEvent))
      await once(socket, 'open')
      return { [Symbol.dispose]: () => socket.terminate() }
    },
    audit: async () =>
      (await ask('/v1/audit', {}))
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as { at: string; event: string; order_id: string }),
    stop: async () => {
      await running.stop()
    },
  }
}

const isWhole = async (daemon: Daemon): Promise<boolean> => {
  const { link, encoders } = (await daemon.get('/v1/status')) as {
    link: { state: string }
    encoders: { state: string }[]
  }
  return link.state === 'connected' && encoders.every(({ state }) => state === 'ready')
}

/** Starts hub and emulators and pairs; nothing of the desk's own runs yet. Rejects where there are no pseudoterminals. */
export const openDesk = async (options: DeskOptions): Promise<Desk> => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  const dataDir = join(folder, 'desk')
  const configPath = join(folder, 'config.yaml')
  const kills: (() => Promise<void>)[] = []
  const run = (args: readonly string[], env?: NodeJS.ProcessEnv): RunningCommand => {
    const running = startCommand(args, env)
    kills.push(() => running.kill())
    return running
  }
  const close = async (): Promise<void> => {
    for (const kill of kills.toReversed()) await kill()
    rmSync(folder, { recursive: true, force: true })
  }

  const names = Array.from({ length: options.encoders }, (_, index) => `Desk ${index + 1}`)
  const linkOf = (name: string): string => join(folder, `${name}.pty`)
  const socketOf = (name: string): string => join(folder, `${name}.sock`)
  const startEmulators = async (): Promise<void> => {
    if (options.time === 'coarse') {
      const paths = names.flatMap((name) => [linkOf(name), socketOf(name)])
      const emulators = await startScript('emulators.mjs', paths)
      kills.push(() => endChild(emulators))
      return
    }
    const commands = names.map((name) =>
      run([
        ...['emulate', 'pn532', '--pty-link', linkOf(name), '--control', socketOf(name), '--json'],
        ...(options.time === 'exact' ? ['--realtime'] : []),
      ]),
    )
    await Promise.all(commands.map(({ ready }) => ready))
  }

  try {
    const hub = run(['hub', '--data', join(folder, 'hub'), '--port', '0', '--seed', 'demo', '--json'])
    await startEmulators()
    const { endpoint, api_key: apiKey } = (await hub.ready) as { endpoint: string; api_key: string }
    const seam = SeamHttp.fromApiKey(apiKey, { endpoint })
    // The system whose doors the grants are for: its cards are the work of this desk.
    const [system] = await seam.acs.systems.list()
    const paired = await runCommand([
      ...['pair', '--data', dataDir, '--hub', endpoint, '--api-key', apiKey],
      ...['--system', system?.acs_system_id ?? ''],
    ])
    if (paired.code !== 0) throw new Error(`pair: ${paired.stderr}`)
    const { layout = 'demo', sessionBaudRate } = options
    const devices = names.map((name) => ({
      driver: 'pn532',
      path: linkOf(name),
      name,
      layout,
      ...(sessionBaudRate !== undefined && { options: { sessionBaudRate } }),
    }))
    writeFileSync(configPath, JSON.stringify({ devices }))

    const start = (env?: NodeJS.ProcessEnv): Promise<Daemon> =>
      connectDaemon(
        run(['run', '--data', dataDir, '--config', configPath, '--port', '0', '--json'], env),
        dataDir,
      )
    return {
      encoders: names.map((name) => ({
        name,
        placeCard: (uid) => command(socketOf(name), { do: 'place', type: 'classic1k', uid }),
        removeCard: (uid) => command(socketOf(name), { do: 'remove', uid }),
        unplug: () => command(socketOf(name), { do: 'unplug' }),
        plug: () => command(socketOf(name), { do: 'plug' }),
      })),
      seam,
      start,
      startWhole: async (env) => {
        const daemon = await start(env)
        await waitUntil(() => isWhole(daemon))
        return daemon
      },
      [Symbol.asyncDispose]: close,
    }
  } catch (error) {
    await close()
    throw error
  }
}
