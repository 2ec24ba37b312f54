import type { StatementSyncInstance } from '@photostructure/sqlite'
import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import { closeDatabase, openDatabase } from './database.ts'
import { toJournalError } from './sqlite-errors.ts'

/** The open database as the parts of the journal use it: every access inside `read` or `write`. */
export interface Store {
  prepare(sql: string): StatementSyncInstance
  read<T>(work: () => T): T
  /** One transaction: durable when it returns; when it throws, nothing of it has happened. Not to be nested. */
  write<T>(work: () => T): T
  /** The instant, as the journal keeps it: ISO 8601, UTC, milliseconds, so that text order is time order. */
  now(): string
  close(): void
}

/** Opens the store; throws as `openDatabase` does, later calls `data_unwritable` or `journal_damaged`. */
export const openStore = (path: string, now: () => Date): Store => {
  const db = openDatabase(path)
  return {
    prepare: (sql) => db.prepare(sql),
    read: (work) => {
      try {
        return work()
      } catch (thrown) {
        throw toJournalError(thrown, path)
      }
    },
    write: (work) => {
      try {
        db.exec('BEGIN IMMEDIATE')
        const result = work()
        db.exec('COMMIT')
        return result
      } catch (thrown) {
        if (db.isOpen && db.isTransaction) db.exec('ROLLBACK')
        throw toJournalError(thrown, path)
      }
    },
    now: () => now().toISOString(),
    close: () => closeDatabase(db),
  }
}

/** A text column that holds JSON of this shape. */
export const json = <T extends z.ZodType>(schema: T) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema)

/** Checks a row on its way in; one that doesn't fit was not written by this program: `journal_damaged`. */
export const parseRow = <T extends z.ZodType>(schema: T, row: unknown): z.output<T> => {
  try {
    return schema.parse(row)
  } catch (thrown) {
    throw new BridgeError('journal_damaged', 'A row does not have the shape it was written in.', {
      cause: thrown,
    })
  }
}
