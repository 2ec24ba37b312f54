import type { ControlClient } from '../../../client/index.ts'
import type { GrantsResponse } from '../../../control/schema/work.ts'

export type Grant = GrantsResponse['grants'][number]
export type Deliverable = Grant['access_methods'][number]

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

/** Finds by whatever number somebody has at hand: a reservation, a grant, an access method. */
export const findGrants = async (client: ControlClient, typed: string): Promise<readonly Grant[]> => {
  const searched = typed.trim()
  if (!uuid.test(searched)) return (await client.grants({ reservation_key: searched })).grants
  for (const query of [
    { access_grant_id: searched },
    { access_method_id: searched },
    { reservation_key: searched },
  ]) {
    const { grants } = await client.grants(query)
    if (grants.length > 0) return grants
  }
  return []
}
