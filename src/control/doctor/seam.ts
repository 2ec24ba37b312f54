import { BridgeError, toBridgeError } from '../../contract/errors.ts'
import type { DoctorCheck } from '../schema.ts'
import { checkHub } from './hub.ts'

/** What of the configuration REST mode is. */
export interface RestMode {
  readonly endpoint: string
  readonly apiKeyFile: string
}

/** Says what lies on this computer in REST mode, and whether the key can be used. `readSecret` rejects `config_invalid`. */
export const checkSeamKey = async (
  { endpoint, apiKeyFile }: RestMode,
  readSecret: (file: string, path: string) => Promise<unknown>,
): Promise<DoctorCheck> => {
  const name = 'seam-key'
  try {
    await readSecret(apiKeyFile, endpoint)
  } catch (thrown) {
    const error = toBridgeError(thrown)
    return { name, status: 'failed', message: error.message, next_step: error.facts.nextStep }
  }
  return {
    name,
    status: 'warning',
    message: `REST mode: ${apiKeyFile} holds a key to the whole Seam workspace. Whoever steals this computer or reads the file can make keys for every door of the property, and read and delete every grant.`,
    next_step:
      'Keep the key at a hub where there can be one. When this computer is lost, revoke the key in Seam’s console at once.',
  }
}

/** As `checkHub`, of Seam itself. */
export const checkSeam: typeof checkHub = async (endpoint, now, askDate) => {
  const check = await checkHub(endpoint, now, async (address) => {
    try {
      return await askDate(address)
    } catch (thrown) {
      const error = toBridgeError(thrown)
      throw error.code === 'hub_unreachable'
        ? new BridgeError('seam_unreachable', error.detail, { cause: error })
        : error
    }
  })
  return { ...check, name: 'seam' }
}
