import { destination, pino, stdTimeFunctions } from 'pino'
import type { Logger } from 'pino'
import { printable, printableJsonText } from '../cli/printable.ts'
import type { LogStyle } from '../cli/runtime.ts'

/** Where a secret could hide in a log line; a test sends canaries through all of them. */
const secrets = ['token', 'apiKey', 'key', 'keys', 'data', 'memory', 'authorization', 'pairingCode', 'pin']
  .flatMap((name) => [name, `*.${name}`])
  .concat('err.cause')

interface LineStream {
  write(line: string): unknown
}

/** What a hub or a device said stands in the fields of a line: JSON escapes what a terminal would obey, but for C1 and bidi controls. */
const openStream = async (style: Exclude<LogStyle, 'silent'>, fd = 2): Promise<LineStream> => {
  if (style === 'json') {
    const stream = destination({ fd, sync: true })
    return { write: (line) => stream.write(printableJsonText(line)) }
  }
  const { default: pretty } = await import('pino-pretty')
  const stream = pretty({ destination: fd, sync: true, ignore: 'pid,hostname', translateTime: 'HH:MM:ss' })
  return { write: (line) => stream.write(`${printable(line.trimEnd())}\n`) }
}

const optionsAt = (level: string) => ({
  level,
  timestamp: stdTimeFunctions.isoTime,
  redact: { paths: secrets, censor: '[secret]' },
})

/** Logs go to standard error; standard output belongs to the command. */
export const createLogger = async (
  style: Exclude<LogStyle, 'silent'>,
  level: string,
  fd?: number,
): Promise<Logger> => pino(optionsAt(level), await openStream(style, fd))

/** The daemon's log: its level can change while it runs, and others may read along. */
export interface DaemonLog {
  readonly logger: Logger
  setLevel(level: string): void
}

/** What reads along: each line as pino writes it, and whether it is one of the level that was set. */
type ReadAlong = (line: string, isOfLevel: boolean) => void

const numberOf = (level: string): number => pino.levels.values[level] ?? Number.POSITIVE_INFINITY

/**
 * Opens the daemon's log. Children keep the level that they were made with (pino, docs/child-loggers.md), so that pino lets everything
 * through and the level is held here.
 */
export const openDaemonLog = async (
  style: LogStyle,
  level: string,
  readAlong: ReadAlong,
): Promise<DaemonLog> => {
  const out = style === 'silent' ? null : await openStream(style)
  let least = numberOf(level)
  // pino, docs/api.md, “Metadata”: a stream that has this symbol is told the level of each line.
  const stream = {
    [Symbol.for('pino.metadata')]: true,
    lastLevel: 0,
    write(line: string): void {
      const isOfLevel = this.lastLevel >= least
      if (isOfLevel) out?.write(line)
      readAlong(line, isOfLevel)
    },
  }
  return {
    logger: pino(optionsAt('debug'), stream),
    setLevel: (next) => {
      least = numberOf(next)
    },
  }
}
