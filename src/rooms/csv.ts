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

/** Closed as late as it can be, so that a doubled quotation mark stays inside. */
const quotedCell = /"([^"]*(?:""[^"]*)*)"/y
const plainCells = { ',': /[^,\r\n]*/y, ';': /[^;\r\n]*/y } as const
const lineEnd = /\r\n|\n|\r/y

const matchAt = (pattern: RegExp, text: string, at: number): RegExpExecArray | null => {
  pattern.lastIndex = at
  return pattern.exec(text)
}

const linesIn = (text: string): number => text.match(/\r\n|\n|\r/g)?.length ?? 0

/**
 * Reads CSV as RFC 4180 has it, any line ends and lines of different lengths allowed. It stops at the first thing that is no
 * CSV and says where; blank lines are left out.
 */
export const readCsv = (
  text: string,
  separator: Separator,
): { readonly records: readonly CsvRecord[]; readonly mistake: Mistake | null } => {
  const records: CsvRecord[] = []
  let at = 0
  let line = 1
  while (at < text.length) {
    const cells: string[] = []
    const begin = line
    const stop = (reason: string) => ({ records, mistake: { line, column: cells.length + 1, reason } })
    for (;;) {
      const isQuoted = text[at] === '"'
      const found = matchAt(isQuoted ? quotedCell : plainCells[separator], text, at)
      if (found === null) return stop('has a quotation mark that is never closed')
      const cell = found[1]?.replaceAll('""', '"') ?? found[0]
      if (!isQuoted && cell.includes('"')) return stop('has a quotation mark in the middle')
      at += found[0].length
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
