import type { z } from 'zod'
import { ApiKeyCreateResponse, ApiKeyListResponse } from '../../contract/hub-operations.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { keepInFile, openHub } from '../hub-access.ts'
import type { HubAccess } from '../hub-access.ts'
import { alignColumns } from '../table.ts'

const list = async (access: HubAccess) =>
  ApiKeyListResponse.parse(await openHub(access).call('/api_keys/list', {})).api_keys

/** `hub keys list` */
export const listKeys = async ({ voice }: Context, access: HubAccess): Promise<ExitCode> => {
  const keys = await list(access)
  voice.give(keys)
  voice.say(
    ...alignColumns(
      keys.map((key) => [
        key.api_key_id,
        key.label,
        key.is_operator ? 'operator' : 'client',
        key.expires_at === null ? `since ${key.created_at}` : `ends ${key.expires_at}`,
      ]),
    ),
  )
  return 0
}

const tell = ({ voice }: Context, { api_key: made }: z.infer<typeof ApiKeyCreateResponse>): void => {
  voice.give(made)
  voice.say(`${made.label} (${made.api_key_id})`, `  ${made.key}`, '  It is told this once.')
}

/** `hub keys create NAME` */
export const createKey = async (
  context: Context,
  name: string,
  access: HubAccess & { readonly operator?: boolean },
): Promise<ExitCode> => {
  const request = { name, is_operator: access.operator ?? false }
  tell(context, ApiKeyCreateResponse.parse(await openHub(access).call('/api_keys/create', request)))
  return 0
}

/** `hub keys rotate ID`: the file of the hub's own computer follows where it held that key. */
export const rotateKey = async (
  context: Context,
  id: string,
  access: HubAccess & { readonly overlap: number },
): Promise<ExitCode> => {
  const replaced = (await list(access)).find((one) => one.api_key_id === id)
  const request = { api_key_id: id, overlap_hours: access.overlap }
  const made = ApiKeyCreateResponse.parse(await openHub(access).call('/api_keys/rotate', request))
  const isKept = keepInFile(access, replaced?.label ?? '', made.api_key.key)
  tell(context, made)
  if (isKept) context.voice.say('  The hub’s file api-key holds it from now on.')
  return 0
}

/** `hub keys revoke ID` */
export const revokeKey = async ({ voice }: Context, id: string, access: HubAccess): Promise<ExitCode> => {
  voice.give(await openHub(access).call('/api_keys/revoke', { api_key_id: id }))
  voice.say('The key is good for nothing any more.')
  return 0
}
