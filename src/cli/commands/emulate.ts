import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { untilInterrupted } from '../until-interrupted.ts'

/** `encoder-bridge emulate`: a driver's firmware double on a pseudo-terminal, a device of its own. */
export const emulate = async (
  { runtime, terminal, voice }: Context,
  driver: string,
  options: {
    readonly ptyLink: string
    readonly card?: string
    readonly uid?: string
    readonly realtime?: boolean
    readonly control?: string
  },
): Promise<ExitCode> => {
  const { card, uid } = options
  const emulator = await runtime.emulate({
    driver,
    link: options.ptyLink,
    card: card === undefined && uid === undefined ? null : { type: card ?? 'classic1k', uid: uid ?? null },
    isRealtime: options.realtime ?? false,
    controlPath: options.control ?? null,
  })
  voice.give({ link: options.ptyLink, path: emulator.path })
  voice.say(`An emulated ${driver} answers at ${options.ptyLink} (${emulator.path}); Ctrl-C takes it away.`)
  return untilInterrupted(terminal, emulator)
}
