import type { IoOptions, KeySystem, OpenContext } from 'encoder-bridge/driver'
import { openPmsSystem } from '../../src/wire/pms-system.ts'
import { giveUpTask } from './give-up.ts'
import type { OnityOptions } from './options.ts'
import { cancelCommand, checkOutCommand, keyCommand, onityDialect, readCommand } from './protocol.ts'

/** The protocol tells nothing of the system. */
const info = { model: 'ONITY HT22/HT24/HT28', firmware: '', serialNumber: null }

/** Opens the link to the lock system; see Driver.open and KeySystem for what rejects how. */
export const openOnity = async (
  { transport, options, clock, owesAnswer = false }: OpenContext<OnityOptions>,
  io: IoOptions,
): Promise<KeySystem> => {
  const { give, ask, base } = await openPmsSystem(
    {
      transport,
      clock,
      baudRate: options.baudRate,
      dialect: onityDialect,
      isChecked: true,
      answerWithinMs: options.operationTimeoutMs,
      owesAnswer,
      giveUp: (line, encoder) => giveUpTask(line, clock, encoder),
    },
    info,
    io,
  )
  return {
    ...base,
    makeKey: (encoder, order, call) => give(encoder, () => keyCommand(encoder, order, options), call),
    readKey: (encoder, call) => ask(encoder, () => readCommand(encoder, options), call),
    checkOut: (encoder, order, call) => give(encoder, () => checkOutCommand(encoder, order), call),
    cancelTask: (encoder, call) => give(encoder, () => cancelCommand(encoder), call),
  }
}
