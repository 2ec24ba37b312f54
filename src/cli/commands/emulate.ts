import type { Context } from '../context.ts'
import type { ExitCode } from '../exit-codes.ts'
import type { EmulatedWay } from '../runtime.ts'
import { untilInterrupted } from '../until-interrupted.ts'

const whereabouts = (way: EmulatedWay, path: string): string => {
  switch (way.kind) {
    case 'pty':
      return `answers at ${way.link} (${path})`
    case 'listen':
      return `answers at ${path}`
    case 'connect':
      return `connects to ${way.host}, port ${way.port}, until it is let in (${path})`
  }
}

/** `encoder-bridge emulate`: a driver's firmware double on a pseudo-terminal or a network, a device of its own. */
export const emulate = async (
  { runtime, terminal, voice }: Context,
  driver: string,
  options: {
    readonly way: EmulatedWay
    readonly card?: string
    readonly uid?: string
    readonly realtime?: boolean
    readonly control?: string
  },
): Promise<ExitCode> => {
  const { card, uid, way } = options
  const emulator = await runtime.emulate({
    driver,
    way,
    card: card === undefined && uid === undefined ? null : { type: card ?? 'classic1k', uid: uid ?? null },
    isRealtime: options.realtime ?? false,
    controlPath: options.control ?? null,
  })
  const { path } = emulator
  voice.give(way.kind === 'pty' ? { link: way.link, path } : { path })
  voice.say(`An emulated ${driver} ${whereabouts(way, path)}; Ctrl-C takes it away.`)
  return untilInterrupted(terminal, emulator)
}
