import { setTimeout as pause } from 'node:timers/promises'
import { BridgeError } from '../../contract/errors.ts'
import type { Context } from '../context.ts'
import type { ControlClient } from '../../client/index.ts'
import { findControl } from '../control-client.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { Paired } from '../runtime.ts'

const ASK_EVERY_MS = 1_000

export interface PairFlags {
  readonly json?: boolean
  readonly data: string
  readonly hub: string
  readonly apiKey?: string
  readonly system?: string
  readonly enrolmentTokenFile?: string
}

const lastsText = (remainingMs: number): string => {
  const seconds = Math.round(remainingMs / 1000)
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`
}

const createCodeTeller = ({ voice }: Context, hub: string) => {
  let told = ''
  return (code: string, expiresAt: string, remainingMs: number): void => {
    if (code === told) return
    told = code
    voice.say(
      `Pairing code: ${code}   (for ${lastsText(remainingMs)}, until ${new Date(expiresAt).toLocaleTimeString()})`,
      `  Whoever holds an API key claims it: encoder-bridge hub claim ${code} --hub ${hub} --api-key KEY`,
      '  Waiting; Ctrl-C gives up.',
    )
  }
}

/** The daemon holds the journal, so it does the pairing. */
const pairThrough = async (
  client: ControlClient,
  flags: PairFlags,
  enrolmentToken: string | null,
  onCode: (code: string, expiresAt: string, remainingMs: number) => void,
  signal: AbortSignal,
): Promise<Paired> => {
  let answer = await client.pair({
    hub_endpoint: flags.hub,
    ...(flags.apiKey !== undefined && { api_key: flags.apiKey }),
    ...(enrolmentToken !== null && { enrolment_token: enrolmentToken }),
    ...(flags.system !== undefined && { acs_system_id: flags.system }),
  })
  while (answer.state === 'pending') {
    onCode(answer.pairing_code, answer.expires_at, answer.remaining_ms)
    await pause(ASK_EVERY_MS, undefined, { signal })
    answer = await client.pairing({}, { signal })
  }
  if (answer.state === 'failed') throw new BridgeError(answer.error.code, answer.error.detail)
  if (answer.state === 'unpaired') throw new BridgeError('pairing_expired')
  return { bridgeId: answer.bridge_id, acsSystemId: answer.acs_system_id, hubEndpoint: answer.hub_endpoint }
}

/** `encoder-bridge pair`: makes this desk a bridge of a hub; through the daemon where one runs. */
export const pair = async (context: Context, flags: PairFlags): Promise<ExitCode> => {
  const { runtime, terminal, voice } = context
  if (flags.system !== undefined && flags.apiKey === undefined) {
    throw new BridgeError('request_invalid', '--system needs --api-key; whoever claims a code chooses there.')
  }
  const { enrolmentTokenFile: file } = flags
  if (file !== undefined && flags.apiKey !== undefined) {
    throw new BridgeError('request_invalid', 'Give an API key or an enrolment token, not both.')
  }
  const enrolmentToken = file === undefined ? null : await runtime.readEnrolmentToken(file)
  const onCode = createCodeTeller(context, flags.hub)
  const stopped = new AbortController()
  const stopListening = terminal.onInterrupt(() => stopped.abort())
  try {
    const client = await findControl(flags.data)
    const paired =
      client === null
        ? await runtime.pair({
            dataDir: flags.data,
            hubEndpoint: flags.hub,
            apiKey: flags.apiKey ?? null,
            enrolmentToken,
            acsSystemId: flags.system ?? null,
            onCode,
            signal: stopped.signal,
          })
        : await pairThrough(client, flags, enrolmentToken, onCode, stopped.signal)
    voice.give({
      bridge_id: paired.bridgeId,
      acs_system_id: paired.acsSystemId,
      hub_endpoint: paired.hubEndpoint,
    })
    voice.say(`Paired with ${paired.hubEndpoint} as bridge ${paired.bridgeId}.`)
    return 0
  } finally {
    stopListening()
  }
}
