import { type Daemon, type Desk, PATIENCE_MS } from './desk.ts'

const DAY_MS = 86_400_000

/** A new guest's card access method, ready to be encoded. */
export const orderAccessMethod = async (seam: Desk['seam']): Promise<string> => {
  const entrances = await seam.acs.entrances.list()
  const { user_identity_id } = await seam.userIdentities.create({ full_name: 'A Guest' })
  const grant = await seam.accessGrants.create({
    user_identity_id,
    acs_entrance_ids: entrances.slice(0, 1).map((entrance) => entrance.acs_entrance_id),
    requested_access_methods: [{ mode: 'card' }],
    starts_at: new Date(Date.now() - DAY_MS).toISOString(),
    ends_at: new Date(Date.now() + DAY_MS).toISOString(),
  })
  return grant.requested_access_methods[0]?.created_access_method_ids[0] ?? ''
}

const findEncoder = async (seam: Desk['seam']): Promise<string> => {
  let found = ''
  for (const { acs_system_id } of await seam.acs.systems.list()) {
    const [encoder] = await seam.acs.encoders.list({ acs_system_id })
    found = encoder?.acs_encoder_id ?? found
  }
  return found
}

/** Orders cards through the hub on the desk's first encoder, one after the other. */
export const encodeCards = async (
  { seam, encoders: [encoder] }: Pick<Desk, 'seam' | 'encoders'>,
  uids: readonly string[],
): Promise<void> => {
  const acs_encoder_id = await findEncoder(seam)
  for (const uid of uids) {
    await encoder?.placeCard(uid)
    // Asked for at the client's own pace, once a second: whoever asks more often takes processor time from the encoding.
    await seam.accessMethods.encode(
      { access_method_id: await orderAccessMethod(seam), acs_encoder_id },
      { waitForActionAttempt: { timeout: PATIENCE_MS } },
    )
    await encoder?.removeCard(uid)
  }
}

/** From the intent in the journal to the proof in the journal, of each card in turn, milliseconds. */
export const writingTimes = async (daemon: Daemon): Promise<readonly number[]> => {
  const audit = await daemon.audit()
  const instantOf = (orderId: string, event: string): number =>
    Date.parse(audit.find((line) => line.order_id === orderId && line.event === event)?.at ?? '')
  return audit
    .filter((line) => line.event === 'verified')
    .map(({ order_id: orderId }) => instantOf(orderId, 'verified') - instantOf(orderId, 'writing'))
}
