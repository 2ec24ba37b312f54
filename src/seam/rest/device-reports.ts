import type { Encoders, EncoderView } from '../../contract/encoders.ts'
import { errorTable, toBridgeError } from '../../contract/errors.ts'
import type { Clock } from '../../contract/transport.ts'
import { createBackOff } from '../back-off.ts'
import type { LinkLogger } from '../link-logger.ts'
import { Nothing } from '../../seam-api/answers.ts'
import type { SeamClient } from './seam-client.ts'

/** Plugs make and break contact several times: what has changed is told when it has settled, and no more often than this. */
const SETTLE_MS = 5_000

/** Which encoders an access system is told of, by the desk's names for them and by the numbers that it has given them. */
export interface ReportedDevices {
  readonly acsSystemId: string
  readonly encoders: readonly { readonly name: string; readonly number: string }[]
}

export interface DeviceReportsSettings {
  readonly client: SeamClient
  readonly reported: ReportedDevices
  readonly encoders: Pick<Encoders, 'list' | 'onChange'>
  readonly clock: Clock
  readonly random: () => number
  readonly logger: LinkLogger
}

/** Whether it is unplugged; null while nobody knows. One that is there and can't be used is there. */
const isGone = (state: EncoderView['state']): boolean | null =>
  state === 'opening' ? null : state === 'absent'

/**
 * Tells Seam which encoders are plugged in and which are gone, at the start and whenever that changes: `/acs/systems/report_devices` of
 * Seam's OpenAPI document (@seamapi/types 1.977), which takes Hotek's alone. *Unverified* against Seam: whether it takes encoders
 * that it has not met. A report that is refused is not sent again until something else is to be told; one that nobody heard is. Each
 * cause is logged once. Nothing is told when the desk closes: its encoders are where they were.
 */
export const openDeviceReports = (settings: DeviceReportsSettings): { close(): void } => {
  const { client, reported, encoders, clock, random, logger } = settings
  const closing = new AbortController()
  const backOff = createBackOff(random)
  const known = new Map<string, boolean>()
  /** What Seam has answered, in whatever way. */
  let answered: string | null = null
  let cause: string | null = null
  let timer: unknown = null
  let isBusy = false

  const look = () => {
    const list = encoders.list()
    return reported.encoders.flatMap(({ name, number }) => {
      const state = list.find((one) => one.name.toLowerCase() === name.toLowerCase())?.state
      const now = state === undefined ? null : isGone(state)
      if (now !== null) known.set(number, now)
      const is_removed = known.get(number)
      return is_removed === undefined ? [] : [{ is_removed, hotek_metadata: { encoder_number: number } }]
    })
  }
  const schedule = (delayMs: number): void => {
    if (timer !== null || isBusy || closing.signal.aborted) return
    timer = clock.setTimeout(() => {
      timer = null
      void report()
    }, delayMs)
  }
  const warn = (thrown: unknown): void => {
    const { code, message } = toBridgeError(thrown)
    if (code === cause) return
    cause = code
    const { owner, nextStep } = errorTable[code]
    logger.warn({ code, detail: message, owner, nextStep }, 'Seam was not told which encoders are there')
  }
  /** Resolves with the time until it is looked at again. */
  const send = async (acs_encoders: ReturnType<typeof look>, text: string): Promise<number> => {
    const body = { acs_system_id: reported.acsSystemId, acs_encoders }
    try {
      await client.ask('/acs/systems/report_devices', body, Nothing, closing.signal)
      logger.info({ encoders: acs_encoders.length }, 'Seam was told which encoders are there')
      cause = null
    } catch (thrown) {
      const { code } = toBridgeError(thrown)
      if (code === 'aborted') return SETTLE_MS
      warn(thrown)
      if (code === 'seam_unreachable' || code === 'rate_limited') return SETTLE_MS + backOff.nextMs()
    }
    answered = text
    backOff.reset()
    return SETTLE_MS
  }
  const report = async (): Promise<void> => {
    const acs_encoders = look()
    const text = JSON.stringify(acs_encoders)
    if (acs_encoders.length === 0 || text === answered) return
    isBusy = true
    const delayMs = await send(acs_encoders, text)
    isBusy = false
    schedule(delayMs)
  }

  const stop = encoders.onChange(() => schedule(SETTLE_MS))
  schedule(SETTLE_MS)
  return {
    close: () => {
      stop()
      closing.abort()
      clock.clearTimeout(timer)
    },
  }
}
