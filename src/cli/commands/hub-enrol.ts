import { EnrolmentTokenCreateResponse, EnrolmentTokenListResponse } from '../../contract/hub-operations.ts'
import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { openHub } from '../hub-access.ts'
import type { HubAccess } from '../hub-access.ts'
import { alignColumns } from '../table.ts'

/** `hub enrol create --site ID`: one token a line, so that a script can hand them out. */
export const createTokens = async (
  { voice, terminal }: Context,
  access: HubAccess & { readonly site: string; readonly expires: number; readonly count: number },
): Promise<ExitCode> => {
  const request = { acs_system_id: access.site, count: access.count, expires_in_hours: access.expires }
  const made = EnrolmentTokenCreateResponse.parse(
    await openHub(access).call('/enrolment_tokens/create', request),
  )
  const { enrolment_tokens: tokens } = made
  voice.give(tokens)
  if (voice.isJson) return 0
  terminal.err.write(`Each takes one desk into the access system until ${tokens[0]?.expires_at ?? ''}:\n`)
  voice.say(...tokens.map(({ token }) => token))
  return 0
}

/** `hub enrol list` */
export const listTokens = async ({ voice }: Context, access: HubAccess): Promise<ExitCode> => {
  const answer = await openHub(access).call('/enrolment_tokens/list', {})
  const { enrolment_tokens: tokens } = EnrolmentTokenListResponse.parse(answer)
  voice.give(tokens)
  const rows = tokens.map((one) => [
    one.enrolment_token_id,
    one.state,
    `for ${one.acs_system_id}`,
    one.bridge_id === null ? `until ${one.expires_at}` : `by bridge ${one.bridge_id}`,
  ])
  voice.say(...(rows.length === 0 ? ['There are no enrolment tokens.'] : alignColumns(rows)))
  return 0
}

/** `hub enrol revoke ID` */
export const revokeToken = async ({ voice }: Context, id: string, access: HubAccess): Promise<ExitCode> => {
  voice.give(await openHub(access).call('/enrolment_tokens/revoke', { enrolment_token_id: id }))
  voice.say('The token is good for nothing any more.')
  return 0
}
