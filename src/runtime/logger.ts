import { destination, pino, stdTimeFunctions } from 'pino'
import type { Logger } from 'pino'
import type { LogStyle } from '../cli/runtime.ts'

/** Where a secret could hide in a log line; a test sends canaries through all of them. */
const secrets = ['token', 'apiKey', 'key', 'keys', 'data', 'memory', 'authorization', 'pairingCode']
  .flatMap((name) => [name, `*.${name}`])
  .concat('err.cause')

/** Logs go to standard error; standard output belongs to the command. */
export const createLogger = async (style: LogStyle, level: string): Promise<Logger> => {
  const options = {
    level: style === 'silent' ? 'silent' : level,
    timestamp: stdTimeFunctions.isoTime,
    redact: { paths: secrets, censor: '[secret]' },
  }
  if (style !== 'pretty') return pino(options, destination({ fd: 2, sync: true }))
  const { default: pretty } = await import('pino-pretty')
  return pino(
    options,
    pretty({ destination: 2, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' }),
  )
}
