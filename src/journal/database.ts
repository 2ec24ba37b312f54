import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { DatabaseSync } from '@photostructure/sqlite'
import { BridgeError } from '../contract/errors.ts'
import { prepareFiles } from './files.ts'
import { APPLICATION_ID, migrations, SCHEMA_VERSION } from './schema.ts'
import { toJournalError } from './sqlite-errors.ts'

export type Database = InstanceType<typeof DatabaseSync>

const pragma = (db: Database, name: string): unknown => {
  const row: unknown = db.prepare(`PRAGMA ${name}`).get()
  return typeof row === 'object' && row !== null ? Object.values(row)[0] : undefined
}

const newer = (version: number): BridgeError =>
  new BridgeError('journal_newer', `Its schema is ${version}; this version knows ${SCHEMA_VERSION}.`)

/**
 * Looks at the header without lock, WAL or write (an ordinary connection would move the WAL into the file on closing).
 * It only ever says no: whatever can't be read here is judged by the real opening.
 */
const refuseNewer = (path: string): void => {
  if (!existsSync(path)) return
  let version: unknown
  try {
    const probe = new DatabaseSync(`${pathToFileURL(path).href}?immutable=1`, { readOnly: true })
    if (pragma(probe, 'application_id') === APPLICATION_ID) version = pragma(probe, 'user_version')
    probe.close()
  } catch {
    return
  }
  if (typeof version === 'number' && version > SCHEMA_VERSION) throw newer(version)
}

const checkIdentity = (db: Database, path: string): void => {
  const findings = pragma(db, 'quick_check(1)')
  if (findings !== 'ok') {
    throw new BridgeError('journal_damaged', `${path}: ${String(findings).replaceAll(/\s+/g, ' ')}.`)
  }
  const isOurs = pragma(db, 'application_id') === APPLICATION_ID
  if (!isOurs && pragma(db, 'schema_version') !== 0) {
    throw new BridgeError('journal_damaged', `${path} is a database of another program.`)
  }
}

const migrate = (db: Database): void => {
  const version = Number(pragma(db, 'user_version'))
  if (version > SCHEMA_VERSION) throw newer(version)
  if (version === SCHEMA_VERSION) return
  db.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE')
  for (const step of migrations.slice(version)) db.exec(step)
  db.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
}

/**
 * Opens the journal's database, exclusively and durable per commit. `synchronous` is set by name because this build of SQLite
 * falls back to NORMAL in WAL mode (SQLITE_DEFAULT_WAL_SYNCHRONOUS=1), which does not sync a commit. The WAL is moved into the
 * main file every 256 pages (1 MiB) and is cut to 2 MiB, should it ever have grown beyond.
 * Throws `journal_locked`, `journal_newer`, `journal_damaged`, `data_unwritable`.
 */
export const openDatabase = (path: string): Database => {
  refuseNewer(path)
  prepareFiles(path)
  let db: Database | undefined
  try {
    db = new DatabaseSync(path)
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE; COMMIT')
    checkIdentity(db, path)
    migrate(db)
    db.exec(`
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA foreign_keys = ON;
      PRAGMA wal_autocheckpoint = 256;
      PRAGMA journal_size_limit = 2097152;
    `)
    if (pragma(db, 'journal_mode') !== 'wal') {
      throw new BridgeError(
        'data_unwritable',
        `${path} lies on a file system that cannot hold a write-ahead log.`,
      )
    }
    return db
  } catch (thrown) {
    db?.close()
    throw toJournalError(thrown, path)
  }
}

/**
 * Closes the database and gives its lock back at once. The package has no way to finalize a statement, so that a closed
 * connection lives on, lock included, until its statements are collected; therefore WAL and lock are left by hand first.
 * A full disk may prevent that: then the log stays for the next opening.
 */
export const closeDatabase = (db: Database): void => {
  if (!db.isOpen) return
  try {
    db.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = NORMAL; SELECT count(*) FROM sqlite_schema')
  } catch {
    // Every commit is in the log already; only the tidying failed.
  }
  db.close()
}
