import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { DaemonFile, ErrorBody } from '../control/schema.ts'

const ANSWER_WITHIN_MS = 35_000

/** The control API of a running daemon, as a client. Everything rejects with the daemon's own BridgeError codes, or `daemon_unreachable`. */
export interface ControlClient {
  get<T extends z.ZodType>(schema: T, path: string, signal?: AbortSignal): Promise<z.output<T>>
  post<T extends z.ZodType>(schema: T, path: string, body: object): Promise<z.output<T>>
  put<T extends z.ZodType>(schema: T, path: string, body: object): Promise<z.output<T>>
  /** The body as it comes, in pieces. */
  stream(path: string): Promise<ReadableStream<Uint8Array>>
}

const unreachable = (detail: string, cause?: unknown): BridgeError =>
  new BridgeError('daemon_unreachable', detail, { cause })

/**
 * False for a process that has ended, and for another user's. A daemon that was killed leaves its file behind, and whoever
 * takes its port would be given the token.
 */
const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Where the daemon of a data directory answers, and the token. Null when none has said so, or it has died without a word. */
const findDaemon = async (dataDir: string): Promise<{ endpoint: string; token: string } | null> => {
  let text: string
  try {
    text = await readFile(join(dataDir, 'daemon.json'), 'utf8')
  } catch {
    return null
  }
  try {
    const { endpoint, pid } = DaemonFile.parse(JSON.parse(text))
    if (!isRunning(pid)) return null
    const token = (await readFile(join(dataDir, 'control-token'), 'utf8')).trim()
    return { endpoint, token }
  } catch (error) {
    throw unreachable(`The daemon.json and control-token in ${dataDir} cannot be used by this user.`, error)
  }
}

const refusalOf = async (response: Response): Promise<BridgeError> => {
  const parsed = ErrorBody.safeParse(await response.json().catch(() => null))
  if (!parsed.success) return unreachable(`What answers at ${response.url} is no encoder-bridge.`)
  return new BridgeError(parsed.data.error.code, parsed.data.error.detail)
}

const createClient = (endpoint: string, token: string): ControlClient => {
  const call = async (path: string, init: RequestInit): Promise<Response> => {
    let response: Response
    try {
      response = await fetch(`${endpoint}${path}`, {
        ...init,
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        redirect: 'error',
      })
    } catch (error) {
      if (init.signal?.aborted && init.signal.reason instanceof BridgeError) throw init.signal.reason
      throw unreachable(`Nothing answers at ${endpoint}.`, error)
    }
    if (!response.ok) throw await refusalOf(response)
    return response
  }
  const read = async <T extends z.ZodType>(schema: T, response: Response): Promise<z.output<T>> => {
    const parsed = schema.safeParse(await response.json().catch(() => null))
    if (parsed.success) return parsed.data
    throw unreachable(`What answers at ${endpoint} is of another version.`)
  }
  const send = async <T extends z.ZodType>(method: string, schema: T, path: string, body: object) =>
    read(schema, await call(path, { method, body: JSON.stringify(body), signal: patience() }))
  const patience = (signal?: AbortSignal): AbortSignal =>
    AbortSignal.any([AbortSignal.timeout(ANSWER_WITHIN_MS), ...(signal === undefined ? [] : [signal])])
  return {
    get: async (schema, path, signal) => read(schema, await call(path, { signal: patience(signal) })),
    post: (schema, path, body) => send('POST', schema, path, body),
    put: (schema, path, body) => send('PUT', schema, path, body),
    stream: async (path) => {
      const { body } = await call(path, {})
      return body ?? new ReadableStream<Uint8Array>({ start: (controller) => controller.close() })
    },
  }
}

/** The client of the daemon that runs on this data directory, or null when none does. */
export const findControl = async (dataDir: string): Promise<ControlClient | null> => {
  const daemon = await findDaemon(dataDir)
  return daemon === null ? null : createClient(daemon.endpoint, daemon.token)
}

/** As `findControl`; rejects `daemon_unreachable` when no daemon runs. */
export const openControlClient = async (dataDir: string): Promise<ControlClient> => {
  const client = await findControl(dataDir)
  if (client === null) throw unreachable(`No daemon runs on ${dataDir}.`)
  return client
}
