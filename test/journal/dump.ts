import type { Journal } from '../../src/contract/journal.ts'

/** Everything the journal knows, as text: two journals with the same dump hold the same facts. */
export const dump = (journal: Journal): string => {
  const keys = journal.siteKeys()
  return JSON.stringify({
    entries: journal.recent(100_000),
    waiting: journal.waiting(100_000),
    figures: journal.outboxFigures(),
    audit: [...journal.audit()],
    pairing: journal.pairing(),
    siteKeys: keys === null ? null : [keys.current, ...[...keys.keys].map(([n, key]) => [n, ...key])],
  })
}
