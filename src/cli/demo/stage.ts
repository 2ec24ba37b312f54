import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../context.ts'
import { createHubClient } from '../hub-client.ts'
import type { RunningDaemon, RunningHub } from '../runtime.ts'
import { startEmulator } from './emulator-process.ts'
import { createPublicApi } from './public-api.ts'
import type { PublicApi } from './public-api.ts'

/** The demo's hub, desk and encoder, running. */
export interface Stage {
  readonly hub: RunningHub
  readonly api: PublicApi
  readonly acsSystemId: string
  readonly daemon: RunningDaemon
  readonly deskDir: string
}

type Close = () => Promise<void> | void

/** Things to close, last opened first. */
export interface Closing {
  /** Closes at once what comes after the end. */
  add(close: Close): void
  /** Closes everything, whatever fails on the way. Idempotent. */
  closeAll(): Promise<void>
}

export const createClosing = (): Closing => {
  const closers: Close[] = []
  let isOver = false
  const settle = async (close: Close): Promise<void> => {
    try {
      await close()
    } catch {
      // One part that does not close must not keep the others open.
    }
  }
  return {
    add: (close) => {
      if (isOver) void settle(close)
      else closers.push(close)
    },
    closeAll: async () => {
      isOver = true
      for (let close = closers.pop(); close !== undefined; close = closers.pop()) await settle(close)
    },
  }
}

/** The encoder's path in the configuration: the emulator's link, or a name where it runs inside the daemon. */
const openEncoder = async (
  { runtime, voice }: Context,
  dir: string,
  closing: Closing,
): Promise<{ path: string; isEmulated: boolean }> => {
  const link = join(dir, 'pn532')
  const emulator = await startEmulator(runtime.self, { link, control: join(dir, 'pn532.sock') })
  if ('reason' in emulator) {
    voice.say(`encoder   an emulated PN532 inside the daemon; no pseudo-terminal here: ${emulator.reason}`)
    return { path: 'emulated', isEmulated: true }
  }
  closing.add(() => emulator.close())
  voice.say(`encoder   an emulated PN532 in its own process at ${link}, a blank card on it`)
  return { path: link, isEmulated: false }
}

/** Pairs the desk as two people would: the desk shows a code, the holder of an API key claims it. */
const pairDesk = async (
  { runtime, voice }: Context,
  desk: { readonly dataDir: string; readonly hubEndpoint: string; readonly signal: AbortSignal },
  claim: (code: string) => Promise<unknown>,
): Promise<void> => {
  let fail = (_error: unknown): void => {}
  const refused = new Promise<never>((_, reject) => {
    fail = reject
  })
  const pairing = runtime.pair({
    ...desk,
    apiKey: null,
    enrolmentToken: null,
    acsSystemId: null,
    onCode: (code) => {
      voice.say(`pairing   the desk shows ${code}; the holder of an API key claims it`)
      void claim(code).catch(fail)
    },
  })
  await Promise.race([pairing, refused])
}

/** Sets everything up in a directory of its own; whatever was opened is added to `closing`, also when it rejects. */
export const setStage = async (context: Context, closing: Closing): Promise<Stage> => {
  const { runtime, voice } = context
  const dir = mkdtempSync(join(tmpdir(), 'encoder-bridge-demo-'))
  closing.add(() => rmSync(dir, { recursive: true, force: true }))
  const hubDir = join(dir, 'hub')
  const deskDir = join(dir, 'desk')
  for (const each of [hubDir, deskDir]) mkdirSync(each)

  const hub = await runtime.startHub({
    dataDir: hubDir,
    host: '127.0.0.1',
    port: 0,
    tls: null,
    seed: 'demo',
    publicUrl: null,
    upstream: null,
  })
  closing.add(() => hub.close())
  voice.say(`hub       ${hub.endpoint}, a workspace with a demo hotel`)
  const api = createPublicApi(createHubClient(hub.endpoint, hub.apiKey))
  const acsSystemId = await api.firstSystem()
  const stopped = new AbortController()
  closing.add(() => stopped.abort())
  const desk = { dataDir: deskDir, hubEndpoint: hub.endpoint, signal: stopped.signal }
  const [encoder] = await Promise.all([
    openEncoder(context, dir, closing),
    pairDesk(context, desk, (code) => api.claim(code, acsSystemId)),
  ])

  // JSON is YAML, with every character of a path quoted.
  const config = {
    hub: { endpoint: hub.endpoint },
    devices: [{ driver: 'pn532', path: encoder.path, name: 'Front Desk' }],
  }
  writeFileSync(join(deskDir, 'config.yaml'), `${JSON.stringify(config, null, 2)}\n`)
  const daemon = await runtime.startDaemon({
    dataDir: deskDir,
    configPath: null,
    port: 0,
    log: 'silent',
    isEmulated: encoder.isEmulated,
  })
  closing.add(() => daemon.close())
  voice.say(`daemon    ${daemon.endpoint}, paired with the hub`)
  return { hub, api, acsSystemId, daemon, deskDir }
}
