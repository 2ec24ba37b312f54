import { BridgeError } from '../../contract/errors.ts'
import type { DeliverableBody, DeliverySecretName, GrantBody } from '../../control/schema/work.ts'
import type { Context } from '../context.ts'
import type { ControlClient } from '../../client/index.ts'
import { openControlClient } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import { isUuid } from '../flags.ts'
import { alignColumns } from '../table.ts'

const secretNames = {
  code: 'PIN code',
  instant_key_url: 'Instant Key',
  client_session_token: 'Session token',
} as const satisfies Record<DeliverySecretName, string>

const modeNames = {
  code: 'PIN code',
  card: 'Card',
  mobile_key: 'Mobile key',
  cloud_key: 'Cloud key',
} as const satisfies Record<DeliverableBody['mode'], string>

/** By whichever of its names: a grant, one of its access methods, or the reservation. */
const findGrants = async (client: ControlClient, id: string): Promise<readonly GrantBody[]> => {
  const queries = isUuid(id)
    ? [{ access_grant_id: id }, { access_method_id: id }, { reservation_key: id }]
    : [{ reservation_key: id }]
  for (const query of queries) {
    const { grants } = await client.grants(query)
    if (grants.length > 0) return grants
  }
  throw new BridgeError('request_invalid', `“${id}” is no access grant, access method or reservation here.`)
}

/** What the clerk does now, as Seam's guide to delivering access methods has it. */
const stateOf = (method: DeliverableBody): string => {
  const { mode, access_method_id: id } = method
  if (method.is_encoding_required) {
    return `to be encoded${method.is_issued ? ' again' : ''}: encoder-bridge encode ${id}`
  }
  if (method.is_assignment_required) return 'a card is to be given to it: encoder-bridge encode assigns one'
  if (!method.is_issued) return 'not issued yet: nothing to hand over'
  switch (mode) {
    case 'card':
      return 'issued: the card may be handed out'
    case 'cloud_key':
      return 'issued: nothing to hand over, the guest’s app opens the door'
    case 'mobile_key':
      return 'issued: give the guest the link; it may open only once, so don’t open it yourself'
    case 'code':
      return 'issued: tell the guest'
  }
}

type Revealed = Readonly<Record<string, string>>

const methodLines = (method: DeliverableBody, revealed: Revealed): string[] => [
  `  ${modeNames[method.mode]}: ${stateOf(method)}`,
  ...alignColumns(
    method.secrets.map((name) => [`    ${secretNames[name]}:`, revealed[name] ?? '•••••• (--reveal)']),
  ),
  ...method.remarks.map(({ kind, code, message }) => `    ${kind}: ${message} (${code})`),
]

const grantLines = (grant: GrantBody, revealed: ReadonlyMap<string, Revealed>): string[] => [
  [grant.display_name, grant.reservation_key === null ? '' : `(reservation ${grant.reservation_key})`]
    .join(' ')
    .trim(),
  ...alignColumns([
    ['  Doors:', grant.doors.join(', ')],
    ['  Valid:', `${grant.starts_at} to ${grant.ends_at ?? 'no end'} (${grant.time_zone})`],
  ]),
  ...grant.access_methods.flatMap((method) =>
    methodLines(method, revealed.get(method.access_method_id) ?? {}),
  ),
]

const reveal = async (client: ControlClient, method: DeliverableBody): Promise<Revealed> => {
  const told: Record<string, string> = {}
  for (const secret of method.secrets) {
    const { value } = await client.reveal({ access_method_id: method.access_method_id, secret })
    told[secret] = value
  }
  return told
}

/** `encoder-bridge deliver`: what is to be handed over, once it is issued; its secrets only when they are asked for. */
export const deliver = async (
  { voice }: Context,
  id: string,
  options: { readonly data: string; readonly reveal?: boolean },
): Promise<ExitCode> => {
  const client = await openControlClient(options.data)
  const grants = await findGrants(client, id)
  const revealed = new Map<string, Revealed>()
  if (options.reveal === true) {
    for (const method of grants.flatMap((grant) => grant.access_methods)) {
      revealed.set(method.access_method_id, await reveal(client, method))
    }
  }
  voice.give({
    grants: grants.map((grant) => ({
      ...grant,
      access_methods: grant.access_methods.map((method) => ({
        ...method,
        ...(options.reveal === true && { revealed: revealed.get(method.access_method_id) ?? {} }),
      })),
    })),
  })
  if (!voice.isJson) voice.say(...grants.flatMap((grant) => grantLines(grant, revealed)))
  return 0
}
