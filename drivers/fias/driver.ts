import {
  BridgeError,
  type CommandOptions,
  type IoOptions,
  type KeySystem,
  type OpenContext,
  throwIfAborted,
  toBridgeError,
  transportOf,
} from 'encoder-bridge/driver'
import { clearText, refusalOf } from './answers.ts'
import { createCoders } from './coders.ts'
import { type CommandContext, keyDelete, keyMove, keyRequest, untold } from './commands.ts'
import { createLink } from './link.ts'
import type { FiasOptions } from './options.ts'
import type { FiasRecord } from './protocol.ts'

/** One of the records that we send, and the statuses that say that it was done. */
interface Kind {
  readonly id: 'KR' | 'KD' | 'KM'
  readonly done: readonly string[]
}

const KR: Kind = { id: 'KR', done: ['OK'] }
/** DE: "key has been deleted". */
const KD: Kind = { id: 'KD', done: ['OK', 'DE'] }
const KM: Kind = { id: 'KM', done: ['OK'] }

/** Opens the link behind the transport as a key system; see Driver.open and KeySystem for what rejects how. */
export const openFias = async (context: OpenContext<FiasOptions>, opening: IoOptions): Promise<KeySystem> => {
  const { clock, options, wallClock } = context
  /** What the names of this link's commands begin with: no link before had it. Both clocks, because either may stand still. */
  const names = (wallClock().getTime() + Math.floor(clock.now())).toString(36).toUpperCase()
  let commands = 0
  let lost: BridgeError | undefined
  let observer: ((error: BridgeError) => void) | undefined
  let closing: Promise<void> | undefined

  const link = createLink({
    transport: transportOf(context.transport, 'tcp'),
    clock,
    wallClock,
    options,
    events: {
      onAnswer: (answer) => coders.take(answer),
      onRestart: () => coders.giveUpAll('The lock system has started anew.'),
      onLost: (error) => {
        lost = error
        const isOurDoing = error.code === 'device_closed'
        coders.giveUpAll(isOurDoing ? 'The link was closed.' : 'The connection has ended.')
        if (!isOurDoing) observer?.(error)
      },
    },
  })
  const coders = createCoders({
    clock,
    answerMs: options.answerMs,
    workstation: options.workstation,
    nextWorkstation: () => `${names}-${(commands += 1).toString(36).toUpperCase()}`,
    upSinceMs: () => link.upSinceMs,
    promisesWorkstation: () => link.asked('KA')?.has('WS') === true,
  })

  const throwIfGone = (signal: AbortSignal): void => {
    if (closing !== undefined) throw new BridgeError('device_closed')
    if (lost !== undefined) throw lost
    throwIfAborted(signal)
  }

  /** Gives one command: see CommandOptions and KeySystem. */
  const command = async (
    { id, done }: Kind,
    encoder: string,
    write: (context: CommandContext) => string,
    { signal, beforeSending }: CommandOptions,
  ): Promise<FiasRecord> => {
    throwIfGone(signal)
    const turn = coders.begin(encoder)
    const giveUp = (): void => turn.giveUp('The order was given up after it was sent.')
    try {
      await link.ready({ signal })
      if (link.asked(id) === undefined && !coders.isAnswerDue) await link.describeAgain({ signal })
      const asked = link.asked(id)
      if (asked === undefined) {
        throw new BridgeError('not_supported', `The lock system takes no ${id}: it has asked for none.`)
      }
      const text = write({ options, encoder, workstation: turn.workstation, now: wallClock(), asked })
      turn.check()
      throwIfGone(signal)
      beforeSending()
      const answer = turn.answer()
      signal.addEventListener('abort', giveUp, { once: true })
      if (signal.aborted) giveUp()
      // It may have got through all the same.
      else link.send(text).catch(() => turn.giveUp('The connection has ended.'))
      const answered = await answer
      const refusal = refusalOf(answered, done)
      if (refusal !== null) throw refusal
      return answered
    } finally {
      signal.removeEventListener('abort', giveUp)
      turn.end()
    }
  }

  const close = (): Promise<void> => (closing ??= link.close())

  try {
    await link.open(opening)
  } catch (error) {
    await close()
    throw toBridgeError(error, 'protocol_error')
  }

  return {
    kind: 'keySystem',
    info: { model: 'FIAS key service', firmware: link.version ?? 'unknown', serialNumber: null },
    probe: async ({ signal }) => {
      throwIfGone(signal)
      await link.probe(coders.isAnswerDue, { signal })
    },
    onLost: (next) => {
      observer = next
      if (lost !== undefined && closing === undefined) next(lost)
    },
    makeKey: async (encoder, order, io) => {
      const answer = await command(KR, encoder, (about) => keyRequest(order, about), io)
      const remarks = [clearText(answer), untold(link.asked('KR') ?? null)]
      return { serialNumbers: [], remark: remarks.filter((remark) => remark !== null).join(' ') || null }
    },
    checkOut: async (encoder, order, io) => {
      await command(KD, encoder, (about) => keyDelete(order, about), io)
    },
    moveStay: async (encoder, order, io) => {
      await command(KM, encoder, (about) => keyMove(order, about), io)
    },
    close,
  }
}
