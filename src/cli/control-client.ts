import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WebSocket } from 'ws'
import { createControlClient, type ControlClient } from '../client/index.ts'
import { BridgeError } from '../contract/errors.ts'
import { DaemonFile } from '../control/schema.ts'

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

const openDaemon = ({
  endpoint,
  token,
}: {
  readonly endpoint: string
  readonly token: string
}): ControlClient =>
  createControlClient({
    endpoint,
    token,
    openSocket: (url) => new WebSocket(url, { headers: { authorization: `Bearer ${token}` } }),
  })

/** The client of the daemon that runs on this data directory, or null when none does. */
export const findControl = async (dataDir: string): Promise<ControlClient | null> => {
  const daemon = await findDaemon(dataDir)
  return daemon === null ? null : openDaemon(daemon)
}

/** As `findControl`; rejects `daemon_unreachable` when no daemon runs. */
export const openControlClient = async (dataDir: string): Promise<ControlClient> => {
  const client = await findControl(dataDir)
  if (client === null) throw unreachable(`No daemon runs on ${dataDir}.`)
  return client
}
