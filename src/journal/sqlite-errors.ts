import { BridgeError, type ErrorCode, toBridgeError } from '../contract/errors.ts'

/** Primary result codes (sqlite.org/rescode.html); extended codes carry the primary one in their low byte. */
const codeByResult: Readonly<Record<number, ErrorCode>> = {
  3: 'data_unwritable', // SQLITE_PERM
  5: 'journal_locked', // SQLITE_BUSY
  6: 'journal_locked', // SQLITE_LOCKED
  8: 'data_unwritable', // SQLITE_READONLY
  10: 'data_unwritable', // SQLITE_IOERR
  11: 'journal_damaged', // SQLITE_CORRUPT
  13: 'data_unwritable', // SQLITE_FULL
  14: 'data_unwritable', // SQLITE_CANTOPEN
  26: 'journal_damaged', // SQLITE_NOTADB
}

const resultCode = (thrown: unknown): number | undefined =>
  thrown instanceof Error && 'errcode' in thrown && typeof thrown.errcode === 'number'
    ? thrown.errcode & 0xff
    : undefined

/** Turns what SQLite threw into a BridgeError that names the file; every other fault becomes `internal_error`. */
export const toJournalError = (thrown: unknown, path: string): BridgeError => {
  const code = codeByResult[resultCode(thrown) ?? -1]
  if (code === undefined) return toBridgeError(thrown)
  return new BridgeError(code, `${path}: ${thrown instanceof Error ? thrown.message : String(thrown)}.`, {
    cause: thrown,
  })
}
