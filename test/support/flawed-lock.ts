import { z } from 'zod'
import {
  BridgeError,
  type CommandOptions,
  defineDriver,
  type Driver,
  ErrorCode,
  type IoOptions,
  type KeyOrder,
  type KeyReading,
  type KeySystem,
  type LocalTime,
  localText,
  type OpenContext,
  throwIfAborted,
  transportOf,
} from 'encoder-bridge/driver'
import { createMadeUpLock, madeUpRefusals } from './flawed-lock-emulator.ts'

/** What a driver of a key system can do wrong. */
export type Flaw =
  | 'sends again when nothing answers'
  | 'takes any answer for its own'
  | 'asks when the command is out'
  | 'asks twice'
  | 'sends although it was told not to'
  | 'tells every refusal as the same'
  | 'tells the loss of the link after sending'
  | 'takes rubbish for success'
  | 'takes silence for a refusal'
  | 'gives one command after the other'
  | 'takes a second order for an encoder'
  | 'does not hear aborts'
  | 'calls aborted what was sent'
  | 'sends what was given up before'
  | 'sends what the protocol can’t say'
  | 'tells serial numbers in errors'
  | 'mixes the encoders up'
  | 'leaves a timer'
  | 'takes a blank for a key'
  | 'takes every key for a valid one'
  | 'checks out without asking'
  | 'loses the rest of a line'

const ANSWER_MS = 5000

const Answer = z.tuple([z.string(), z.enum(['ok', 'no']), z.string()])
const Key = z.object({
  rooms: z.array(z.string()),
  endsAt: z.string(),
  authorisations: z.array(z.string()),
  isValid: z.boolean(),
})

const manifest: Parameters<typeof defineDriver>[0]['manifest'] = {
  id: 'flawed-lock',
  name: 'Lock system of the tests',
  kind: 'keySystem',
  roles: ['encoder'],
  transports: ['tcp'],
  match: [],
  technologies: [],
  presentation: 'field',
  indicators: [],
  intrusiveProbe: false,
  keys: {
    purposes: ['new', 'additional', 'oneShot'],
    copiesAtOnce: 2,
    rooms: 2,
    authorisations: true,
    timeStep: 'minute',
    needsEnd: true,
    isParallel: true,
    refusals: [...madeUpRefusals],
    reads: true,
    checksOut: true,
    movesStays: false,
    cancelsTasks: false,
    assigns: false,
  },
  abort: 'neverWhileWriting',
  abortWithinMs: 200,
  evidence: ['emulated'],
}

const timeOf = (time: LocalTime): string => localText(time).replace(' ', 'T')

/** As `2026-11-25T11:00` says. */
const localOf = (text: string): LocalTime => {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = text.split(/\D/).map(Number)
  return { year, month, day, hour, minute }
}

const isSayable = ({ purpose, copies, rooms, endsAt }: KeyOrder): boolean =>
  purpose !== 'replacement' &&
  (copies === 1 || copies === 2) &&
  (rooms.length === 1 || rooms.length === 2) &&
  rooms.every((room) => /^[ -~]{1,20}$/.test(room)) &&
  endsAt !== null

const openFlawedLock = async (
  { transport, clock }: OpenContext<unknown>,
  { signal }: IoOptions,
  flaw: Flaw | null,
): Promise<KeySystem> => {
  const line = transportOf(transport, 'tcp')
  const waiting = new Map<string, (answer: string | BridgeError) => void>()
  const busy = new Set<string>()
  let heard = ''
  let lastId = 0
  let end: BridgeError | undefined
  let onLoss = (_: BridgeError): void => undefined
  let turn: Promise<unknown> = Promise.resolve()

  const hear = (text: string): void => {
    const [id, kind, rest] = Answer.safeParse(/^(\d+) (ok|no) (.*)$/.exec(text)?.slice(1)).data ?? []
    const [oldest] = waiting.keys()
    const told = kind === undefined ? 'ok {}' : `${kind} ${rest}`
    if (kind === undefined && flaw !== 'takes rubbish for success') return
    const owner = flaw === 'takes any answer for its own' || kind === undefined ? oldest : id
    waiting.get(owner ?? '')?.(told)
  }
  const finish = (error: BridgeError): void => {
    end = error
    for (const settle of [...waiting.values()]) settle(error)
  }
  const stop = line.listen({
    onBytes: (bytes) => {
      const lines = (heard + new TextDecoder('latin1').decode(bytes)).split('\n')
      heard = flaw === 'loses the rest of a line' ? '' : (lines.pop() ?? '')
      lines.forEach(hear)
    },
    onLost: (error) => {
      finish(error)
      onLoss(error)
    },
  })

  /** One line and its answer; `beforeSending` for what makes the system act. */
  const ask = async (words: string, io: IoOptions, beforeSending: (() => void) | null): Promise<string> => {
    if (end !== undefined) throw end
    if (flaw !== 'sends what was given up before') throwIfAborted(io.signal)
    if (waiting.size === 0) heard = ''
    const id = String(++lastId)
    const bytes = new TextEncoder().encode(`${id} ${words}\n`)
    if (flaw === 'asks when the command is out') void line.write(bytes).catch(() => undefined)
    try {
      beforeSending?.()
    } catch (error) {
      if (flaw === 'sends although it was told not to') await line.write(bytes)
      throw error
    }
    if (flaw === 'asks twice') beforeSending?.()
    const answer = await new Promise<string | BridgeError>((resolve) => {
      let isAgain = flaw === 'sends again when nothing answers'
      const settle = (told: string | BridgeError): void => {
        if (flaw !== 'leaves a timer') clock.clearTimeout(timer)
        io.signal.removeEventListener('abort', abort)
        waiting.delete(id)
        resolve(told)
      }
      const abort = (): void => settle(new BridgeError('aborted'))
      const giveUp = (): void => {
        if (isAgain) {
          isAgain = false
          timer = clock.setTimeout(giveUp, ANSWER_MS)
          void line.write(bytes).catch(() => undefined)
        } else settle(new BridgeError('device_unresponsive'))
      }
      let timer = clock.setTimeout(giveUp, ANSWER_MS)
      if (flaw !== 'does not hear aborts') io.signal.addEventListener('abort', abort, { once: true })
      waiting.set(id, settle)
      if (flaw !== 'asks when the command is out') line.write(bytes).catch(settle)
    })
    if (typeof answer === 'string') return answer
    if (beforeSending === null) throw answer
    if (flaw === 'tells the loss of the link after sending') throw answer
    if (flaw === 'takes silence for a refusal') throw new BridgeError('card_timeout')
    if (flaw === 'calls aborted what was sent' && answer.code === 'aborted') throw answer
    throw new BridgeError('outcome_unknown', answer.message)
  }

  const alone = async <Result>(encoder: string, work: () => Promise<Result>): Promise<Result> => {
    if (end !== undefined) throw end
    if (busy.has(encoder) && flaw !== 'takes a second order for an encoder') {
      throw new BridgeError('device_busy')
    }
    busy.add(encoder)
    try {
      if (flaw !== 'gives one command after the other') return await work()
      const mine = turn.then(work, work)
      turn = mine.catch(() => undefined)
      return await mine
    } finally {
      busy.delete(encoder)
    }
  }

  /** What stands behind `ok`. */
  const accepted = (answer: string, body: string): string => {
    if (answer.startsWith('ok ')) return answer.slice(3)
    if (flaw === 'tells every refusal as the same') throw new BridgeError('key_order_refused')
    const code = ErrorCode.safeParse(answer.slice(3)).data ?? 'protocol_error'
    throw new BridgeError(
      code,
      flaw === 'tells serial numbers in errors' ? `04A1B2C3D4E580 ${body}` : undefined,
    )
  }

  const command = (verb: string, encoder: string, body: unknown, options: CommandOptions): Promise<string> =>
    alone(encoder, async () => {
      if (!/^[ -~]{1,20}$/.test(encoder) || encoder.includes(' ')) throw new BridgeError('order_invalid')
      const asks = verb !== 'out' || flaw !== 'checks out without asking'
      const name = flaw === 'mixes the encoders up' ? 'desk-1' : encoder
      const text = JSON.stringify(body)
      const before = asks ? () => options.beforeSending() : () => undefined
      return accepted(await ask(`${verb} ${name} ${text}`, options, before), text)
    })

  const readKey = (encoder: string, io: IoOptions): Promise<KeyReading> =>
    alone(encoder, async () => {
      const key = Key.nullable().parse(JSON.parse(accepted(await ask(`read ${encoder} {}`, io, null), '')))
      if (key === null && flaw !== 'takes a blank for a key') return { kind: 'foreign' }
      return {
        kind: 'guest',
        rooms: key?.rooms ?? ['101'],
        isValid: flaw === 'takes every key for a valid one' || (key?.isValid ?? null),
        startsAt: null,
        endsAt: localOf(key?.endsAt ?? ''),
        authorisations: key?.authorisations ?? [],
        copy: null,
        serialNumber: null,
      }
    })

  const probe = async (io: IoOptions): Promise<void> => {
    await ask('ping - {}', io, null)
  }
  const close = async (): Promise<void> => {
    finish(new BridgeError('device_closed'))
    stop()
    await line.close()
  }

  try {
    await probe({ signal })
  } catch (error) {
    await close()
    throw error
  }
  return {
    kind: 'keySystem',
    info: { model: 'Lock system of the tests', firmware: '1', serialNumber: null },
    probe,
    onLost: (observer) => {
      onLoss = observer
      if (end !== undefined) observer(end)
    },
    close,
    makeKey: async (encoder, order, options) => {
      if (!isSayable(order) && flaw !== 'sends what the protocol can’t say') {
        throw end ?? new BridgeError('order_invalid')
      }
      const { purpose, copies, rooms, authorisations, startsAt, endsAt } = order
      const times = { startsAt: timeOf(startsAt), endsAt: timeOf(endsAt ?? startsAt) }
      const body = { purpose, copies, rooms, authorisations, ...times }
      const made = await command('make', encoder, body, options)
      return { serialNumbers: made.match(/[0-9A-F]{8,14}/g) ?? [], remark: null }
    },
    readKey,
    checkOut: async (encoder, body, options) => void (await command('out', encoder, body, options)),
  }
}

/** The driver of a protocol that exists nowhere: a correct one, or one with a flaw that the kit must find. */
export const createFlawedLock = (flaw: Flaw | null = null): Driver =>
  defineDriver({
    manifest,
    options: z.strictObject({}),
    open: (context, io) => openFlawedLock(context, io, flaw),
    emulate: async () => createMadeUpLock(),
  })
