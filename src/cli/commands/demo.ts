import type { Context } from '../context.ts'
import { openControlClient } from '../control-client.ts'
import { findings } from '../demo/findings.ts'
import type { Observed } from '../demo/findings.ts'
import type { AccessMethod } from '../demo/public-api.ts'
import { createClosing, setStage } from '../demo/stage.ts'
import type { Stage } from '../demo/stage.ts'
import { untilReady } from '../demo/until-ready.ts'
import { watchDesk } from '../demo/watch-desk.ts'
import type { ExitCode } from '../exit-codes.ts'
import { unlessInterrupted, untilInterrupted } from '../until-interrupted.ts'

const flagsOf = (method: AccessMethod): string =>
  `is_encoding_required ${method.is_encoding_required ?? false}, is_issued ${method.is_issued}, issued_at ${method.issued_at ?? 'null'}`

/** Orders as an integrator would, through the hub's public API, and keeps what it answers. */
const perform = async (context: Context, { api, acsSystemId, deskDir }: Stage): Promise<Observed> => {
  const { voice } = context
  const since = new Date(Date.now() - 1_000).toISOString()
  const client = await openControlClient(deskDir)
  await untilReady(client)
  const encoder = await api.encoder(acsSystemId)
  const before = await api.waitingCard()
  const { access_method_id: methodId } = before
  voice.say(
    '',
    `access method ${methodId}`,
    `  before: ${flagsOf(before)}`,
    `  encode on ${encoder.display_name} …`,
  )

  const desk = await watchDesk(context, client)
  const encode = await api.encode(methodId, encoder.acs_encoder_id, desk.look)
  desk.stop()
  if (encode.error) voice.say(`  failed: ${encode.error.message} (${encode.error.type})`)
  const after = await api.accessMethod(methodId)
  const eventTypes = await api.eventTypes(methodId, since)
  voice.say(`  after:  ${flagsOf(after)}`, `  events: ${eventTypes.join(', ')}`, '  scan the card back …')

  const scan = await api.scan(encoder.acs_encoder_id, desk.look)
  desk.stop()
  const onCard = scan.result?.acs_credential_on_encoder?.card_number ?? 'nothing'
  const onSeam = scan.result?.acs_credential_on_seam?.card_number ?? 'nothing'
  voice.say(`  on the card: card number ${onCard}; in Seam: ${onSeam}`)
  return { before, encode, after, eventTypes, scan }
}

const nextLines = ({ hub, daemon, deskDir, acsSystemId }: Stage, accessMethodId: string): string[] => [
  '',
  'Everything stays up until Ctrl-C. Try, in another terminal:',
  `  npx encoder-bridge status --data ${deskDir}`,
  `  npx encoder-bridge scan --data ${deskDir}`,
  `  npx encoder-bridge encode ${accessMethodId} --data ${deskDir}`,
  `  curl -H "Authorization: Bearer ${hub.apiKey}" "${hub.endpoint}/acs/encoders/list?acs_system_id=${acsSystemId}"`,
  `Control API: ${daemon.endpoint} (token in ${deskDir}/control-token). Hub: ${hub.endpoint}.`,
]

/** Tells what was seen and what was not, and gives the exit code. */
const conclude = ({ voice }: Context, stage: Stage, observed: Observed): ExitCode => {
  const seen = findings(observed)
  const missing = seen.filter(({ isSeen }) => !isSeen).map(({ what }) => what)
  voice.give({
    hub_endpoint: stage.hub.endpoint,
    workspace_id: stage.hub.workspaceId,
    control_endpoint: stage.daemon.endpoint,
    access_method_id: observed.before.access_method_id,
    observed: seen.filter(({ isSeen }) => isSeen).map(({ what }) => what),
    missing,
  })
  voice.say(
    '',
    ...(missing.length === 0
      ? ['All of it was observed over the public API.']
      : ['Not observed over the public API:', ...missing.map((what) => `  ${what}`)]),
  )
  return missing.length === 0 ? 0 : 1
}

/** `encoder-bridge demo`: the whole way, from an access method to a card and back, seen over the public API. */
export const demo = async (context: Context, options: { readonly once?: boolean }): Promise<ExitCode> => {
  const { terminal, voice } = context
  const closing = createClosing()
  try {
    const { stage, observed } = await unlessInterrupted(terminal, async () => {
      const set = await setStage(context, closing)
      return { stage: set, observed: await perform(context, set) }
    })
    const code = conclude(context, stage, observed)
    if (options.once ?? false) {
      voice.say(
        'Next: `npx encoder-bridge demo` stays up to look around; README.md sets up a desk of your own.',
      )
      return code
    }
    voice.say(...nextLines(stage, observed.before.access_method_id))
    const ending = await untilInterrupted(terminal, { close: () => closing.closeAll() })
    return code === 0 ? ending : code
  } finally {
    await closing.closeAll()
  }
}
