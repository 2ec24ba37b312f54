import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from '@photostructure/sqlite'
import { z } from 'zod'
import { BridgeError } from '../contract/errors.ts'
import type { ErrorCode } from '../contract/errors.ts'
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from './database-schema.ts'

/** The package exports the class as a value only. */
export type Sql = InstanceType<typeof DatabaseSync>

export interface HubDatabase {
  readonly sql: Sql
  /** Runs `work` in one durable transaction: all of it is on the disk when this returns, or none of it. Nests. */
  transaction<T>(work: () => T): T
  close(): void
}

/**
 * Gives the lock back at once. The package can't finalize a statement, so that a closed connection lives on, lock included,
 * until its statements are collected; therefore WAL and lock are left by hand first. A full disk may prevent that: every
 * commit is in the log already, and the log stays for the next opening.
 */
const closeDatabase = (sql: Sql): void => {
  if (!sql.isOpen) return
  try {
    sql.exec('pragma journal_mode = delete; pragma locking_mode = normal; select count(*) from sqlite_schema')
  } catch {
    // Only the tidying failed.
  }
  sql.close()
}

const SqliteError = z.object({ errcode: z.number() })

/** SQLite's primary result codes (https://sqlite.org/rescode.html): the low byte of the extended ones. */
const codes: Partial<Record<number, ErrorCode>> = {
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

const translate = (thrown: unknown, path: string): unknown => {
  const facts = SqliteError.safeParse(thrown)
  const code = facts.success ? codes[facts.data.errcode & 0xff] : undefined
  return code === undefined ? thrown : new BridgeError(code, `The hub's store is ${path}.`, { cause: thrown })
}

const Version = z.object({ user_version: z.number() })
const Check = z.object({ quick_check: z.string() })

const prepareFile = (sql: Sql, path: string): void => {
  sql.exec('pragma locking_mode = exclusive')
  const { user_version: version } = Version.parse(sql.prepare('pragma user_version').get())
  if (version > SCHEMA_VERSION) {
    throw new BridgeError(
      'journal_newer',
      `${path} has version ${version}, this program knows ${SCHEMA_VERSION}.`,
    )
  }
  const { quick_check: health } = Check.parse(sql.prepare('pragma quick_check(1)').get())
  if (health !== 'ok') throw new BridgeError('journal_damaged', `The hub's store is ${path}.`)
  sql.exec('pragma journal_mode = wal; pragma synchronous = full')
  if (version === SCHEMA_VERSION) return
  const steps = version === 0 ? SCHEMA : MIGRATIONS.slice(version - 1).join('; ')
  sql.exec(`begin immediate; ${steps}; pragma user_version = ${SCHEMA_VERSION}; commit`)
}

const makeDirectory = (dataDir: string): void => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    chmodSync(dataDir, 0o700)
  } catch (error) {
    throw new BridgeError('data_unwritable', `The data directory is ${dataDir}.`, { cause: error })
  }
}

/**
 * Opens the hub's store in the directory, which it makes (0700) when it is missing.
 * Throws `data_unwritable`, `journal_newer`, `journal_damaged`, and `journal_locked` when another hub has it open.
 */
export const openDatabase = (dataDir: string): HubDatabase => {
  makeDirectory(dataDir)
  const path = join(dataDir, 'hub.db')
  let sql: Sql | null = null
  try {
    sql = new DatabaseSync(path)
    // Before the log beside it is made, which takes the file's mode.
    chmodSync(path, 0o600)
    prepareFile(sql, path)
  } catch (error) {
    if (sql !== null) closeDatabase(sql)
    throw translate(error, path)
  }
  const open = sql
  const transaction = <T>(work: () => T): T => {
    if (open.isTransaction) return work()
    try {
      open.exec('begin immediate')
      const value = work()
      open.exec('commit')
      return value
    } catch (error) {
      if (open.isTransaction) open.exec('rollback')
      throw translate(error, path)
    }
  }
  return { sql: open, transaction, close: () => closeDatabase(open) }
}
