import { BridgeError, type ErrorCode, toBridgeError } from '../contract/errors.ts'
import type { Journal } from '../contract/journal.ts'
import type { Clock } from '../contract/transport.ts'
import type { ControlPorts } from '../control/ports.ts'
import { readSecretFile } from '../transport/secret-file.ts'

const MAX_TOKEN_BYTES = 500
const UNREACHABLE_RETRY_MS = 30_000
/** Somebody must bring another token, or repair the hub. */
const REFUSED_RETRY_MS = 300_000

/** The enrolment token in a file that nobody else can read. Throws `config_invalid`. */
export const readEnrolmentToken = (file: string): string => {
  const token = readSecretFile(file, MAX_TOKEN_BYTES)
  if (/^ebe_\w+$/.test(token)) return token
  throw new BridgeError('config_invalid', `${file} holds no enrolment token: those begin with ebe_.`)
}

/**
 * Has a daemon that belongs to nobody pair itself, again and again until it is paired or stopped. What is wrong is logged once, and
 * `GET /v1/pairing` tells it. Returns what stops it.
 */
export const enrolUnpaired = (
  hub: { readonly endpoint: string | null; readonly enrolmentTokenFile?: string | undefined },
  journal: Pick<Journal, 'pairing'>,
  pairing: ControlPorts['pairing'],
  clock: Clock,
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void },
): (() => void) => {
  const { endpoint, enrolmentTokenFile: file } = hub
  if (endpoint === null || file === undefined) return () => undefined
  let told: ErrorCode | null = null
  let isStopped = false
  let timer: unknown = null

  const enrol = async (): Promise<BridgeError | null> => {
    try {
      const enrolmentToken = readEnrolmentToken(file)
      const request = { hubEndpoint: endpoint, apiKey: null, enrolmentToken, acsSystemId: null }
      const view = await pairing.start(request)
      return view.state === 'failed' ? view.error : null
    } catch (error) {
      return toBridgeError(error)
    }
  }
  const attempt = async (): Promise<void> => {
    // Somebody pairs this desk by hand.
    if (pairing.view().state === 'pending') return again(UNREACHABLE_RETRY_MS)
    if (journal.pairing() !== null) return
    const error = await enrol()
    // Somebody began to pair it by hand meanwhile.
    if (error === null && journal.pairing() === null) return again(UNREACHABLE_RETRY_MS)
    if (error === null) return log.info({ hubEndpoint: endpoint }, 'enrolled at the hub')
    if (told !== error.code) log.warn({ code: error.code, detail: error.detail }, 'not enrolled at the hub')
    told = error.code
    again(error.code === 'hub_unreachable' ? UNREACHABLE_RETRY_MS : REFUSED_RETRY_MS)
  }
  const again = (delayMs: number): void => {
    if (!isStopped) timer = clock.setTimeout(() => void attempt(), delayMs)
  }
  void attempt()
  return () => {
    isStopped = true
    clock.clearTimeout(timer)
  }
}
