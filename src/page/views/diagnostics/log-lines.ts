import type { LogLineBody } from '../../../control/schema/upkeep.ts'

export type LogLine = ReturnType<typeof LogLineBody.parse>
export type Level = LogLine['level']

/** Heaviest first, as the log's `level` counts. */
export const levels: readonly Level[] = ['fatal', 'error', 'warn', 'info', 'debug', 'trace']

/** What a page keeps; older lines are in the bundle. */
const MOST_LINES = 1_000

export const isAtLeast = (line: LogLine, level: Level): boolean =>
  levels.indexOf(line.level) <= levels.indexOf(level)

/** The lines with the newest behind, the oldest dropped where there are too many. */
export const withLines = (lines: readonly LogLine[], more: readonly LogLine[]): readonly LogLine[] =>
  [...lines, ...more].slice(-MOST_LINES)
