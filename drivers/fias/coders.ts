/**
 * Whose answer is whose. Commands for different key coders are under way at once, one for each coder, and a KA names its
 * coder (KC) and the workstation that asked (WS).
 *
 * The danger is the answer that comes late: an order was given up, the next one went to the same coder, and now the first
 * one's OK comes. KC alone would make it the second one's. WS is the asker's to choose and mandatory in KA (IFC8 FIAS
 * Specification 2.20.25), so every command bears a WS of its own, and a KA counts for the command that has its WS. But
 * a lock interface was seen that answers from a template with nothing but the coder filled in, and some may know their
 * workstations by name. Where WS tells nothing, a coder is not used while an answer to something earlier may still come:
 * `key_encoder_busy`, before anything is sent. That goes for a new link as well: a lock system may keep its answers.
 * @module
 */
import { BridgeError, type Clock } from 'encoder-bridge/driver'
import { coderName, type FiasRecord } from './protocol.ts'

/** The one command that a coder may have. */
export interface Turn {
  readonly workstation: string
  /** Throws `key_encoder_busy` while an answer to something earlier could be taken for this command's. */
  check(): void
  /** The KA to what goes out now. Rejects `outcome_unknown` whenever nobody knows. */
  answer(): Promise<FiasRecord>
  /** Nobody waits any more: what was sent without an answer becomes `outcome_unknown`, with the reason. */
  giveUp(reason: string): void
  end(): void
}

export interface Coders {
  /** Whether any command has gone out and waits for its answer. */
  readonly isAnswerDue: boolean
  /** Throws `device_busy` when the coder has its command already. */
  begin(encoder: string): Turn
  take(answer: FiasRecord): void
  /** Gives up everything that was sent. */
  giveUpAll(reason: string): void
}

interface Due {
  readonly answered: (answer: FiasRecord) => void
  readonly failed: (error: BridgeError) => void
  readonly isAmbiguous: boolean
  readonly timer: unknown
}

interface Coder {
  workstation: string
  isTaken: boolean
  waiting: Due | undefined
  /** Until then an answer to something earlier may come, in the clock's milliseconds. */
  clearAtMs: number
}

interface Parts {
  readonly clock: Clock
  readonly answerMs: number
  /** The one that every command bears; null for one for each. */
  readonly workstation: string | null
  /** A name that no command of another link had. */
  readonly nextWorkstation: () => string
  /** Since when the link is up: what was asked on the one before may be answered on this one. */
  readonly upSinceMs: () => number
  /** Whether the lock system's LR for KA has WS: an answer without it is a damaged one then. */
  readonly promisesWorkstation: () => boolean
}

export const createCoders = ({
  clock,
  answerMs,
  workstation,
  nextWorkstation,
  upSinceMs,
  promisesWorkstation,
}: Parts): Coders => {
  const coders = new Map<string, Coder>()
  /** An answer came that named no workstation. */
  let isNameless = false

  const tellsApart = (): boolean => workstation === null && (!isNameless || promisesWorkstation())

  const coderOf = (encoder: string): Coder => {
    const name = coderName(encoder)
    const known = coders.get(name)
    if (known !== undefined) return known
    const coder = { workstation: '', isTaken: false, waiting: undefined, clearAtMs: upSinceMs() + answerMs }
    coders.set(name, coder)
    return coder
  }

  const stopWaiting = (coder: Coder): Due | undefined => {
    const { waiting } = coder
    if (waiting !== undefined) clock.clearTimeout(waiting.timer)
    coder.waiting = undefined
    return waiting
  }

  const giveUp = (coder: Coder, reason: string): void => {
    const waiting = stopWaiting(coder)
    if (waiting === undefined) return
    coder.clearAtMs = clock.now() + answerMs
    waiting.failed(new BridgeError('outcome_unknown', reason))
  }

  const turnOf = (coder: Coder): Turn => ({
    workstation: coder.workstation,
    check: () => {
      const leftMs = coder.clearAtMs - clock.now()
      if (tellsApart() || leftMs <= 0) return
      throw new BridgeError(
        'key_encoder_busy',
        `The lock system’s answers don’t tell orders apart, and one to an earlier order may still come; try again in ${Math.ceil(leftMs / 1000)} s.`,
      )
    },
    answer: () =>
      new Promise((answered, failed) => {
        coder.waiting = {
          answered,
          failed,
          isAmbiguous: clock.now() < coder.clearAtMs,
          timer: clock.setTimeout(() => giveUp(coder, 'The lock system has not answered.'), answerMs),
        }
      }),
    giveUp: (reason) => giveUp(coder, reason),
    end: () => {
      stopWaiting(coder)
      coder.isTaken = false
    },
  })

  return {
    get isAnswerDue() {
      return [...coders.values()].some(({ waiting }) => waiting !== undefined)
    },
    begin: (encoder) => {
      const coder = coderOf(encoder)
      if (coder.isTaken) throw new BridgeError('device_busy', 'The key coder has an order already.')
      coder.isTaken = true
      coder.workstation = workstation ?? nextWorkstation()
      return turnOf(coder)
    },
    take: (answer) => {
      const coder = coders.get(coderName(answer.fields.get('KC') ?? ''))
      const named = answer.fields.get('WS')
      if (named === undefined) isNameless = true
      if (coder === undefined || (named ?? coder.workstation) !== coder.workstation) return
      // Nobody waits for it: it is the late one, and no other can come.
      if (coder.waiting === undefined) coder.clearAtMs = clock.now()
      else if (named === undefined && coder.waiting.isAmbiguous)
        giveUp(coder, 'An answer came that does not tell to which order it belongs.')
      else stopWaiting(coder)?.answered(answer)
    },
    giveUpAll: (reason) => {
      for (const coder of coders.values()) giveUp(coder, reason)
    },
  }
}
