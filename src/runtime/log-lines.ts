import { z } from 'zod'
import { createObservers } from '../contract/observers.ts'
import type { LogLine } from '../control/upkeep-ports.ts'
import { blankNamed } from '../config/secret-names.ts'

const KEPT_LINES = 2000
/** A line that is longer keeps its message and loses its fields. */
const MAX_CHARACTERS = 8_000

/** A line as pino writes it (pino, docs/api.md: level, time, pid, hostname, msg). */
const Line = z.looseObject({
  level: z.int(),
  time: z.string(),
  msg: z.string().default(''),
  component: z.string().optional(),
})
/** The same in every line. */
const ofProcess: readonly string[] = ['pid', 'hostname']

const levels = { 10: 'trace', 20: 'debug', 30: 'info', 40: 'warn', 50: 'error', 60: 'fatal' } as const
const isLevel = (level: number): level is keyof typeof levels => Object.hasOwn(levels, level)

/** One line of pino as people and support read it. Null for what is none. */
export const readLogLine = (text: string): LogLine | null => {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return null
  }
  const parsed = Line.safeParse(json)
  if (!parsed.success) return null
  const { level, time, msg, component, ...rest } = parsed.data
  const fields = Object.fromEntries(Object.entries(rest).filter(([name]) => !ofProcess.includes(name)))
  const isTooLong = text.length > MAX_CHARACTERS
  return {
    at: time,
    level: isLevel(level) ? levels[level] : 'info',
    component: component ?? null,
    message: isTooLong ? `${msg.slice(0, MAX_CHARACTERS)} (fields left out: too long)` : msg,
    fields: isTooLong ? {} : (blankNamed(fields) as Record<string, unknown>),
  }
}

/** The newest lines of the log, in memory: what happened shortly before somebody looks. */
export const createLogLines = () => {
  const kept: LogLine[] = []
  const observers = createObservers<LogLine>()
  return {
    /** @param text as pino writes it */
    take: (text: string): void => {
      const line = readLogLine(text)
      if (line === null) return
      kept.push(line)
      if (kept.length > KEPT_LINES) kept.shift()
      observers.tell(line)
    },
    newest: (limit: number): readonly LogLine[] => kept.slice(-limit),
    onLine: (observer: (line: LogLine) => void): (() => void) => observers.add(observer),
  }
}
