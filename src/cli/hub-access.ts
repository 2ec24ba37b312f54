import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { BridgeError } from '../contract/errors.ts'
import { createHubClient } from './hub-client.ts'
import type { HubClient } from './hub-client.ts'

export const HUB_PORT = 27_412
export const HUB_ENDPOINT = `http://127.0.0.1:${HUB_PORT}`

/** The flags by which an operator's command finds the hub and the key to it. */
export interface HubAccess {
  readonly json?: boolean
  readonly hub: string
  readonly apiKey?: string
  /** On the hub's own computer: the directory that holds `api-key`. */
  readonly data: string
}

const keyFileOf = ({ data }: HubAccess): string => join(data, 'api-key')

const keyInFile = (access: HubAccess): string | null => {
  try {
    return readFileSync(keyFileOf(access), 'utf8').trim() || null
  } catch {
    return null
  }
}

/** Throws `request_invalid` where no key is given and none is in the data directory. */
export const openHub = (access: HubAccess): HubClient => {
  const apiKey = access.apiKey ?? keyInFile(access)
  if (apiKey !== null) return createHubClient(access.hub, apiKey)
  throw new BridgeError(
    'request_invalid',
    'An operator’s key is wanted: SEAM_API_KEY in the environment, --api-key, or the hub’s own --data directory.',
  )
}

/** Puts a new key into the file where the one that it replaces was; the label ends with that one's last characters. */
export const keepInFile = (access: HubAccess, replacedLabel: string, apiKey: string): boolean => {
  const kept = keyInFile(access)
  if (kept === null || !replacedLabel.endsWith(`…${kept.slice(-4)}`)) return false
  const path = keyFileOf(access)
  writeFileSync(`${path}.new`, `${apiKey}\n`, { mode: 0o600 })
  renameSync(`${path}.new`, path)
  return true
}
