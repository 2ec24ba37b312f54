import type { RoomRow } from '../contract/rooms.ts'

/** What a name from elsewhere may not do to a line of CSV, or to a terminal. */
const tame = (name: string): string =>
  name
    .replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, ' ')
    .slice(0, 200)
    .trim()

/**
 * The list for a spreadsheet: every entrance of the hub under its name there, with the rooms that are known and gaps for the
 * others; behind them the rows of entrances that the hub doesn't have.
 */
export const rowsToFillIn = (
  rows: readonly RoomRow[],
  entrances: readonly { readonly acsEntranceId: string; readonly displayName: string }[],
): RoomRow[] => {
  const byEntrance = new Map<string, RoomRow[]>()
  for (const row of rows) {
    byEntrance.set(row.acsEntranceId, [...(byEntrance.get(row.acsEntranceId) ?? []), row])
  }
  const listed = entrances.flatMap(({ acsEntranceId, displayName }): RoomRow[] => {
    const id = acsEntranceId.toLowerCase()
    const gap = { acsEntranceId: id, displayName: '', room: null, authorisation: null, system: null }
    return (byEntrance.get(id) ?? [gap]).map((row) => ({ ...row, displayName: tame(displayName) }))
  })
  const ids = new Set(listed.map(({ acsEntranceId }) => acsEntranceId))
  return [...listed, ...rows.filter(({ acsEntranceId }) => !ids.has(acsEntranceId))]
}
