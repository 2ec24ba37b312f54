import { BridgeError, isBridgeError } from '../contract/errors.ts'
import type { DeviceInfo, IoOptions } from '../contract/device.ts'
import type { CommandOptions, KeySystem } from '../contract/key-system.ts'
import { type Clock, streamOf, type Transport } from '../contract/transport.ts'
import { createEncoderQueue } from './encoder-queue.ts'
import { judgeAnswer, type PmsCommand, type PmsDialect } from './pms-dialect.ts'
import { createPmsReader, encodePmsFrame } from './pms-frames.ts'
import { createPmsLine, type PmsLine } from './pms-line.ts'
import { createPmsLink } from './pms-link.ts'

interface SystemParts {
  readonly transport: Transport
  readonly clock: Clock
  /** For a serial line only. */
  readonly baudRate: number
  readonly dialect: PmsDialect
  /** Whether our frames bear an LRC, or say that they have none. */
  readonly isChecked: boolean
  /** From the ACK of a command to its answer: a card has to be placed meanwhile. */
  readonly answerWithinMs: number
  /** See OpenContext. */
  readonly owesAnswer: boolean
  /** See PmsExchange.giveUp; undefined for a dialect without such a thing. */
  readonly giveUp?: (line: PmsLine, encoder: string) => Promise<readonly string[] | null>
}

/** A link to a lock system, and commands over it: one at a time, in the order of the calls. */
export interface PmsSystem {
  /** Gives a command that may make something happen. Rejects as KeySystem.makeKey does. */
  give<Result>(encoder: string, command: () => PmsCommand<Result>, options: CommandOptions): Promise<Result>
  /** Gives a command that changes nothing. Rejects as KeySystem.readKey does. */
  ask<Result>(encoder: string, command: () => PmsCommand<Result>, options: IoOptions): Promise<Result>
  /** What every key system has besides its commands. */
  readonly base: Pick<KeySystem, 'kind' | 'info' | 'probe' | 'onLost' | 'close'>
}

/**
 * Opens the link: the line falls quiet, and an enquiry is answered. It owns the transport from the call on and closes it when it
 * rejects. Rejects as Driver.open does.
 */
export const openPmsSystem = async (
  parts: SystemParts,
  info: DeviceInfo,
  io: IoOptions,
): Promise<PmsSystem> => {
  const { transport, clock, dialect, isChecked, answerWithinMs, giveUp } = parts
  const queue = createEncoderQueue()
  const owedUntilMs = parts.owesAnswer ? clock.now() + answerWithinMs : -Infinity
  let observer: ((error: BridgeError) => void) | undefined
  let lost: BridgeError | undefined
  let closing: Promise<void> | undefined

  const line = createPmsLine({
    transport: streamOf(transport),
    clock,
    reader: createPmsReader(dialect),
    onLost: (error) => {
      lost = error
      observer?.(error)
    },
  })
  const link = createPmsLink(line, clock)

  const close = async (): Promise<void> => {
    queue.end(new BridgeError('device_closed'))
    const isEnded = line.close()
    await queue.settled
    await isEnded
  }

  const run = <Result>(
    encoder: string,
    command: () => PmsCommand<Result>,
    call: IoOptions,
    beforeSending: (() => void) | undefined,
  ): Promise<Result> =>
    queue.run(encoder, call, () => {
      const wanted = command()
      const frame = encodePmsFrame(wanted.fields, { isChecked })
      const canBeGivenUp = giveUp !== undefined && wanted.awaitsCard
      return () =>
        link.exchange({
          frame,
          signal: call.signal,
          beforeSending,
          answerWithinMs,
          judge: (fields) => judgeAnswer(fields, wanted, dialect, clock.now() < owedUntilMs),
          giveUp: canBeGivenUp ? () => giveUp(line, encoder) : undefined,
        })
    })

  /** Lines that have but one speed are used at that one. */
  const setSpeed = async (): Promise<void> => {
    if (transport.kind !== 'serial') return
    await transport.setBaudRate(parts.baudRate).catch((error: unknown) => {
      if (!isBridgeError(error, 'not_supported')) throw error
    })
  }

  try {
    await queue.runIdle(io, async () => {
      await setSpeed()
      await link.greet(io.signal)
    })
  } catch (error) {
    await close()
    throw error
  }
  return {
    give: (encoder, command, options) => run(encoder, command, options, () => options.beforeSending()),
    ask: (encoder, command, options) => run(encoder, command, options, undefined),
    base: {
      kind: 'keySystem',
      info,
      probe: (call) => queue.runIdle(call, () => link.greet(call.signal)),
      onLost: (next) => {
        observer = next
        if (lost !== undefined) next(lost)
      },
      close: () => (closing ??= close()),
    },
  }
}
