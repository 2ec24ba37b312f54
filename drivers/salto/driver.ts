import type { IoOptions, KeySystem, OpenContext } from 'encoder-bridge/driver'
import { openPmsSystem } from '../../src/wire/pms-system.ts'
import type { SaltoOptions } from './options.ts'
import { checkOutCommand, keyCommand, moveCommand, readCommand, saltoDialect } from './protocol.ts'

/** The protocol tells nothing of the system. */
const info = { model: 'SALTO Space', firmware: '', serialNumber: null }

/** Opens the link to Space; see Driver.open and KeySystem for what rejects how. */
export const openSalto = async (
  { transport, options, clock, owesAnswer = false }: OpenContext<SaltoOptions>,
  io: IoOptions,
): Promise<KeySystem> => {
  const { give, ask, base } = await openPmsSystem(
    {
      transport,
      clock,
      baudRate: options.baudRate,
      dialect: saltoDialect,
      isChecked: options.lrc === 'checked',
      answerWithinMs: options.operationTimeoutMs,
      owesAnswer,
    },
    info,
    io,
  )
  return {
    ...base,
    makeKey: (encoder, order, call) => give(encoder, () => keyCommand(encoder, order, options), call),
    readKey: (encoder, call) => ask(encoder, () => readCommand(encoder, options), call),
    checkOut: (encoder, order, call) => give(encoder, () => checkOutCommand(order), call),
    moveStay: (encoder, order, call) => give(encoder, () => moveCommand(order), call),
  }
}
