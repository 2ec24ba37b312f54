import type { Failure, Row } from './row.ts'

const show = (value: number): string =>
  value >= 1000 ? value.toFixed(0) : value >= 100 ? value.toFixed(1) : value.toFixed(2)

const heading = ['measured', 'unit', 'n', 'min', 'median', 'max', 'judged', 'limit', 'compared', 'verdict']
/** Columns of figures, set to the right. */
const figures = new Set([2, 3, 4, 5, 6, 7])

const cellsOf = ({ name, unit, samples, judged, limit, comparison, isMet }: Row): readonly string[] => [
  name,
  unit,
  String(samples.n),
  show(samples.min),
  show(samples.median),
  show(samples.max),
  `${judged} ${show(samples[judged])}`,
  limit === null ? '' : show(limit),
  comparison === null
    ? ''
    : `${comparison.ratio.toFixed(2)} × ${comparison.name} (${show(comparison.value)})` +
      (comparison.limit === null ? '' : `, limit ${comparison.limit.toFixed(2)}`),
  isMet === null ? 'for information' : isMet ? 'limit met' : 'limit NOT met',
]

/** The rows as text for people, one line each. */
export const formatTable = (rows: readonly Row[], failures: readonly Failure[]): string => {
  const lines = [heading, ...rows.map(cellsOf)]
  const widths = heading.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length)))
  const table = lines.map((cells) =>
    cells
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return figures.has(column) ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd(),
  )
  return [...table, ...failures.map(({ name, reason }) => `${name}: NOT MEASURED: ${reason}`), ''].join('\n')
}
