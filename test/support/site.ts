import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as pause } from 'node:timers/promises'
import { SeamHttp } from '@seamapi/http'
import { runCommand, startCommand, type RunningCommand } from './command.ts'

/** Commands to a running emulator, over its control socket. */
export interface EmulatorControl {
  ask(request: object): Promise<Record<string, unknown>>
  memory(uid: string): Promise<Uint8Array>
  writes(uid: string): Promise<readonly number[]>
  close(): void
}

/** A device of the desk. A hosted one is a process of its own, `encoder-bridge emulate`; the others live in the daemon. */
export interface SiteDevice {
  readonly driver: string
  readonly name: string
  readonly layout?: string
  readonly options?: object
  /** Of a key system, whose emulator listens on a socket of the network. */
  readonly encoders?: readonly { readonly name: string; readonly address: string }[]
  readonly hosted?: readonly string[]
}

/** Real processes as a customer has them: a hub, emulated encoders on PTYs, and a paired daemon to start and to kill. */
export interface Site {
  readonly folder: string
  readonly endpoint: string
  readonly apiKey: string
  readonly seam: SeamHttp
  /** The emulator of the first hosted device. */
  readonly emulator: EmulatorControl
  readonly ptyLink: string
  readonly acsSystemId: string
  readonly deskDir: string
  /** Stops the hub, as an outage does; `startHub` starts it again where it was. */
  stopHub(): Promise<void>
  startHub(): Promise<void>
  startDaemon(env?: NodeJS.ProcessEnv): RunningCommand
  /** The id of the encoder of that name, once the hub lists it; without a name it is the first one. */
  encoderId(name?: string): Promise<string>
  /** A new guest's card access method, ready to be encoded. */
  newAccessMethod(): Promise<string>
  post(path: string, body: object): Promise<Record<string, never>>
  /** Calls the daemon's control API with its token: a GET, or a POST when there is a body. */
  control(path: string, body?: object): Promise<Record<string, never>>
  [Symbol.asyncDispose](): Promise<void>
}

export interface SiteOptions {
  readonly uid?: string
  readonly isRealtime?: boolean
  readonly layout?: string
  readonly sessionBaudRate?: number
  /** In place of the one PN532 that the options above describe. */
  readonly devices?: readonly SiteDevice[]
  /** Pairs with the access system that has the demo's entrances, in place of a new one. */
  readonly joinsDemo?: boolean
  /** Layouts of the configuration's own. */
  readonly layouts?: readonly object[]
}

const onePn532 = ({ uid, isRealtime, layout, sessionBaudRate }: SiteOptions): SiteDevice => ({
  driver: 'pn532',
  name: 'Front Desk',
  layout: layout ?? 'demo',
  options: sessionBaudRate === undefined ? {} : { sessionBaudRate },
  hosted: [
    ...(uid === undefined ? [] : ['--card', 'classic1k', '--uid', uid]),
    ...(isRealtime === true ? ['--realtime'] : []),
  ],
})

/** Asking without a pause would take the processor from those who are asked. */
const POLL_EVERY_MS = 15

/** Repeats a question until it has an answer; the test's own time limit ends a question that never has one. */
export const poll = async <T>(ask: () => Promise<T | null>): Promise<T> => {
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    await pause(POLL_EVERY_MS)
  }
}

const openEmulatorControl = async (path: string): Promise<EmulatorControl> => {
  const socket = connect(path)
  const waiting: ((line: string) => void)[] = []
  createInterface({ input: socket }).on('line', (line) => waiting.shift()?.(line))
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve)
    socket.once('error', reject)
  })
  const ask = async (request: object): Promise<Record<string, unknown>> => {
    const line = await new Promise<string>((resolve) => {
      waiting.push(resolve)
      socket.write(`${JSON.stringify(request)}\n`)
    })
    const answer = JSON.parse(line) as Record<string, unknown>
    if (answer['ok'] !== true) throw new Error(`emulator: ${line}`)
    return answer
  }
  return {
    ask,
    memory: async (uid) => Buffer.from(String((await ask({ do: 'dump', uid }))['memory']), 'hex'),
    writes: async (uid) => (await ask({ do: 'counts', uid }))['counts'] as number[],
    close: () => socket.destroy(),
  }
}

export const openSite = async (options: SiteOptions = {}): Promise<Site> => {
  const folder = mkdtempSync(join(tmpdir(), 'site-'))
  const devices = options.devices ?? [onePn532(options)]
  const linkOf = (device: SiteDevice): string => join(folder, device.driver)
  const deskDir = join(folder, 'desk')
  const configPath = join(folder, 'config.yaml')
  const started: RunningCommand[] = []
  const start = (args: readonly string[], env?: NodeJS.ProcessEnv): RunningCommand => {
    const command = startCommand(args, env)
    started.push(command)
    return command
  }

  const hubData = join(folder, 'hub')
  let hub = start(['hub', '--data', hubData, '--port', '0', '--seed', 'demo', '--json'])
  const hosts = devices.flatMap((device) => {
    if (device.hosted === undefined) return []
    const [link, control] = [linkOf(device), `${linkOf(device)}.sock`]
    const way = device.encoders === undefined ? ['--pty-link', link] : ['--listen', '127.0.0.1:0']
    const words = ['emulate', device.driver, ...way, '--control', control, '--json']
    return [{ device, link, control, ready: start([...words, ...device.hosted]).ready }]
  })
  const { endpoint, api_key: apiKey } = (await hub.ready) as { endpoint: string; api_key: string }
  const paths = new Map<SiteDevice, string>()
  for (const { device, link, ready } of hosts) {
    const { path } = (await ready) as { path: string }
    paths.set(device, device.encoders === undefined ? link : path)
  }
  const seam = SeamHttp.fromApiKey(apiKey, { endpoint })
  const [demo] = await seam.acs.systems.list()
  const joined = options.joinsDemo === true ? ['--system', demo?.acs_system_id ?? ''] : []
  const paired = await runCommand([
    'pair',
    '--data',
    deskDir,
    '--hub',
    endpoint,
    '--api-key',
    apiKey,
    ...joined,
  ])
  if (paired.code !== 0) throw new Error(`pair: ${paired.stderr}${paired.stdout}`)
  const configured = devices.map((device) => ({
    ...device,
    hosted: undefined,
    path: paths.get(device),
  }))
  const { layouts = [] } = options
  writeFileSync(
    configPath,
    JSON.stringify({ devices: configured, layouts, sessions: { recoveryTimeoutSeconds: 30 } }),
  )

  const emulators = await Promise.all(hosts.map(async ({ control }) => openEmulatorControl(control)))
  const post = async (path: string, body: object): Promise<Record<string, never>> => {
    const response = await fetch(`${endpoint}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Record<string, never>
  }
  const systems = await seam.acs.systems.list()
  const acsSystemId = systems.at(-1)?.acs_system_id ?? ''
  const entrances = await seam.acs.entrances.list()

  return {
    folder,
    endpoint,
    apiKey,
    seam,
    get emulator() {
      const [emulator] = emulators
      if (emulator === undefined) throw new Error('no device of this site is hosted')
      return emulator
    },
    ptyLink: hosts[0]?.link ?? '',
    acsSystemId,
    deskDir,
    stopHub: async () => {
      await hub.stop()
    },
    startHub: async () => {
      hub = start(['hub', '--data', hubData, '--port', new URL(endpoint).port, '--json'])
      await hub.ready
    },
    startDaemon: (env) =>
      start(['run', '--data', deskDir, '--config', configPath, '--port', '0', '--json'], env),
    encoderId: (name) =>
      poll(async () => {
        for (const system of await seam.acs.systems.list()) {
          const encoders = await seam.acs.encoders.list({ acs_system_id: system.acs_system_id })
          const encoder = encoders.find((one) => name === undefined || one.display_name === name)
          if (encoder !== undefined) return encoder.acs_encoder_id
        }
        return null
      }),
    newAccessMethod: async () => {
      const identity = await seam.userIdentities.create({ full_name: 'A Guest' })
      const grant = await seam.accessGrants.create({
        user_identity_id: identity.user_identity_id,
        acs_entrance_ids: entrances.slice(0, 1).map((entrance) => entrance.acs_entrance_id),
        requested_access_methods: [{ mode: 'card' }],
        starts_at: new Date(Date.now() - 60_000).toISOString(),
        ends_at: new Date(Date.now() + 86_400_000).toISOString(),
      })
      return grant.requested_access_methods[0]?.created_access_method_ids[0] ?? ''
    },
    post,
    control: async (path, body) => {
      const { endpoint: control } = JSON.parse(readFileSync(join(deskDir, 'daemon.json'), 'utf8')) as {
        endpoint: string
      }
      const token = readFileSync(join(deskDir, 'control-token'), 'utf8').trim()
      const response = await fetch(`${control}${path}`, {
        headers: {
          authorization: `Bearer ${token}`,
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
      })
      return (await response.json()) as Record<string, never>
    },
    [Symbol.asyncDispose]: async () => {
      for (const emulator of emulators) emulator.close()
      for (const command of started.toReversed()) await command.kill()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
