/** What separates the cells; spreadsheets write a semicolon where the comma stands in numbers. */
export type Separator = ',' | ';'

/** One record, and the line of the file that it begins on. Lines count from 1. */
export interface CsvRecord {
  readonly line: number
  readonly cells: readonly string[]
}

/** What is wrong with a file, and where: `column` counts from 1, null for a line as a whole. */
export interface Mistake {
  readonly line: number
  readonly column: number | null
  /** Completes "line 3, column 4: …". */
  readonly reason: string
}

/** Many times what a list has: a file of nothing but separators must not fill the memory. */
const MAX_CELLS = 256

const plainCells = { ',': /[^,\r\n]*/y, ';': /[^;\r\n]*/y } as const
const lineEnd = /\r\n|\n|\r/y

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

/** Where the cell that begins with a quotation mark is closed: a doubled one stays inside. Negative where it never is. */
const closingMark = (text: string, at: number): number => {
  let end = text.indexOf('"', at + 1)
  while (end >= 0 && text[end + 1] === '"') end = text.indexOf('"', end + 2)
  return end
}

const linesIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0

/**
 * Reads CSV as RFC 4180 has it, any line ends and lines of different lengths allowed. It stops at the first thing that is no
 * CSV and says where, and behind so many records; blank lines are left out.
 */
export const readCsv = (
  text: string,
  separator: Separator,
  maxRecords = Number.POSITIVE_INFINITY,
): { readonly records: readonly CsvRecord[]; readonly mistake: Mistake | null } => {
  const records: CsvRecord[] = []
  let at = 0
  let line = 1
  while (at < text.length && records.length < maxRecords) {
    const cells: string[] = []
    const begin = line
    const stop = (reason: string) => ({ records, mistake: { line, column: cells.length + 1, reason } })
    for (;;) {
      const isQuoted = text[at] === '"'
      if (cells.length === MAX_CELLS) return stop('is one of too many on a line')
      const closed = isQuoted ? closingMark(text, at) : at
      if (closed < 0) return stop('has a quotation mark that is never closed')
      const cell = isQuoted
        ? text.slice(at + 1, closed).replaceAll('""', '"')
        : (matchAt(plainCells[separator], text, at)?.[0] ?? '')
      if (!isQuoted && cell.includes('"')) return stop('has a quotation mark in the middle')
      at = isQuoted ? closed + 1 : at + cell.length
      const end = matchAt(lineEnd, text, at)
      const isLast = at === text.length || end !== null
      if (!isLast && text[at] !== separator) return stop('goes on after its quotation mark')
      if (isQuoted) line += linesIn(cell)
      cells.push(cell)
      at += end?.[0].length ?? 1
      if (!isLast) continue
      line += 1
      break
    }
    if (cells.some((cell) => cell.trim() !== '')) records.push({ line: begin, cells })
  }
  return { records, mistake: null }
}

const writeCell = (text: string): string =>
  /[",;\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

/** Writes CSV as RFC 4180 has it: each line ends with CR LF. */
export const writeCsv = (rows: readonly (readonly string[])[], separator: Separator): string =>
  rows.map((cells) => `${cells.map(writeCell).join(separator)}\r\n`).join('')
