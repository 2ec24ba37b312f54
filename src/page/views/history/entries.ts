import type { AuditBody } from '../../../control/schema.ts'

/** How something in the history ended, in the few words that people look for. */
export type Result = 'done' | 'failed' | 'spoiled' | 'unknown' | 'refused' | 'open' | 'note'

/** One order with all its lines, or one line that belongs to no order. */
export interface HistoryEntry {
  readonly key: string
  readonly orderId: string | null
  /** When it was told of first. */
  readonly at: string
  readonly orderedBy: string | null
  readonly encoderId: string | null
  readonly cardUid: string | null
  readonly result: Result
  /** The audit's own word on the end, like `untouched card_timeout`; null before the end. */
  readonly outcome: string | null
  /** Oldest first. */
  readonly lines: readonly AuditBody[]
}

const results: Readonly<Record<string, Result>> = {
  encoded: 'done',
  scanned: 'done',
  carriedOut: 'done',
  assigned: 'done',
  untouched: 'failed',
  spoiled: 'spoiled',
  unknown: 'unknown',
}

const resultOf = (lines: readonly AuditBody[]): Result => {
  const ended = lines.find(({ event }) => event === 'ended')
  if (ended !== undefined) return results[ended.outcome?.split(' ')[0] ?? ''] ?? 'unknown'
  if (lines.some(({ event }) => event === 'refused')) return 'refused'
  return lines.some(({ event }) => event === 'accepted') ? 'open' : 'note'
}

const firstOf = (
  lines: readonly AuditBody[],
  field: 'ordered_by' | 'encoder_id' | 'card_uid',
): string | null => lines.find((line) => line[field] !== null)?.[field] ?? null

const entryOf = (key: string, lines: readonly AuditBody[]): HistoryEntry => {
  const ending =
    lines.find(({ event }) => event === 'ended') ?? lines.find(({ event }) => event === 'refused')
  return {
    key,
    orderId: lines[0]?.order_id ?? null,
    at: lines[0]?.at ?? '',
    orderedBy: firstOf(lines, 'ordered_by'),
    encoderId: firstOf(lines, 'encoder_id'),
    cardUid: firstOf(lines, 'card_uid'),
    result: resultOf(lines),
    outcome: ending?.outcome ?? null,
    lines,
  }
}

/** The audit's lines, oldest first, as entries, newest first. */
export const historyOf = (lines: readonly AuditBody[]): readonly HistoryEntry[] => {
  const groups = new Map<string, AuditBody[]>()
  for (const [index, line] of lines.entries()) {
    const key = line.order_id ?? `line ${index}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [line])
    else group.push(line)
  }
  return [...groups].map(([key, group]) => entryOf(key, group)).toReversed()
}

export interface HistoryFilter {
  readonly encoderId: string | null
  readonly result: Result | null
}

export const isShown = (entry: HistoryEntry, { encoderId, result }: HistoryFilter): boolean =>
  (encoderId === null || entry.encoderId === encoderId) && (result === null || entry.result === result)
