/** The access systems that a site serves; null for all that the key sees. */
export type AcsSystemIds = readonly string[] | null

interface Belonging {
  readonly acs_system_id?: string | undefined
}

/** Whether something belongs to the site. */
export const isOf =
  (acsSystemIds: AcsSystemIds) =>
  ({ acs_system_id: id }: Belonging): boolean =>
    acsSystemIds === null || (id !== undefined && acsSystemIds.includes(id))

/**
 * Whether what belongs to one access method is the site's: its credentials decide, and its doors before it has one. A grant may open doors
 * of several access systems; each has access methods of its own.
 */
export const isAt = (
  batch: { readonly acs_credentials: readonly Belonging[]; readonly acs_entrances: readonly Belonging[] },
  acsSystemIds: AcsSystemIds,
): boolean => {
  if (acsSystemIds === null) return true
  const told = batch.acs_credentials.length > 0 ? batch.acs_credentials : batch.acs_entrances
  return told.some(isOf(acsSystemIds))
}
