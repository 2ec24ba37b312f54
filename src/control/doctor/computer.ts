import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname } from 'node:path'
import { findPortHolder } from '../port-holder.ts'
import { HealthResponse } from '../schema/health.ts'
import type { DoctorCheck } from '../schema.ts'

const OLDEST_NODE = [20, 19] as const

export const checkNode = (version: string): DoctorCheck => {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])
  return isOld
    ? {
        name: 'node',
        status: 'failed',
        message: `Node ${version} is too old.`,
        next_step: `Install Node ${OLDEST_NODE.join('.')} or newer.`,
      }
    : { name: 'node', status: 'ok', message: `Node ${version}.` }
}

const isThere = (path: string, mode: number): Promise<boolean> =>
  access(path, mode).then(
    () => true,
    () => false,
  )

/** Asks the directory itself, or what would be its nearest parent, whether it may be written; writes nothing. */
export const checkDataDir = async (dataDir: string): Promise<DoctorCheck> => {
  let place = dataDir
  while (!(await isThere(place, constants.F_OK)) && dirname(place) !== place) place = dirname(place)
  if (await isThere(place, constants.W_OK | constants.X_OK)) {
    const remark = place === dataDir ? 'can be written' : 'does not exist yet and can be made'
    return { name: 'data directory', status: 'ok', message: `${dataDir} ${remark}.` }
  }
  return {
    name: 'data directory',
    status: 'failed',
    message: `${place} cannot be written by this user.`,
    next_step: 'Give the user of the service write access, or choose another --data directory.',
  }
}

export const checkConfig = (deviceCount: number): DoctorCheck =>
  deviceCount > 0
    ? { name: 'configuration', status: 'ok', message: `Valid; encoders configured: ${deviceCount}.` }
    : {
        name: 'configuration',
        status: 'warning',
        message: 'Valid, but no encoder is configured.',
        next_step: 'Add one under `devices`: { driver, path, name }.',
      }

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ host: '127.0.0.1', port, exclusive: true }, () => server.close(() => resolve(true)))
  })

const versionAt = async (port: number): Promise<string | null> => {
  try {
    const response = await fetch(`http://127.0.0.1:${port}/healthz`, { signal: AbortSignal.timeout(2_000) })
    return HealthResponse.parse(await response.json()).version
  } catch {
    return null
  }
}

/** The control port must be free, or held by a daemon of ours; `isOurs` says whether one runs on this data directory. */
export const checkPort = async (port: number, isOurs: boolean): Promise<DoctorCheck> => {
  if (await isFree(port)) {
    return { name: 'daemon', status: 'ok', message: `Not running; its port ${port} is free.` }
  }
  const version = await versionAt(port)
  if (version !== null && !isOurs) {
    return {
      name: 'daemon',
      status: 'warning',
      message: `None runs on this data directory; version ${version} runs on another one, at port ${port}.`,
      next_step: 'Name its directory with --data, or start one here with another --port.',
    }
  }
  if (version !== null) {
    return { name: 'daemon', status: 'ok', message: `Version ${version} answers at port ${port}.` }
  }
  return {
    name: 'daemon',
    status: 'failed',
    message: `Port ${port} is held by ${(await findPortHolder(port)) ?? 'another program'}.`,
    next_step: 'Stop that program, or choose another --port.',
  }
}
