import { z } from 'zod'
import type { Sql } from './database.ts'

/** A boolean column: SQLite keeps 0 or 1. */
export const flag = z.codec(z.number(), z.boolean(), {
  decode: (stored) => stored === 1,
  encode: (on) => (on ? 1 : 0),
})

/** A column of JSON text, checked when it is read. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the codec's own type is made of it
export const json = <S extends z.ZodType>(schema: S) =>
  z.codec(z.string(), schema, {
    decode: (text) => JSON.parse(text) as z.input<S>,
    encode: (value) => JSON.stringify(value),
  })

type Value = string | number | null

/** One table of the store, its rows described by a zod object whose keys are the columns. */
export interface Table<Row extends object> {
  /** The fence of an order is the table's to give. */
  insert(row: Omit<Row, 'fence'>): void
  /** The one row whose columns equal the given ones. */
  find(where: Partial<Row>): Row | null
  /** Rows whose columns equal the given ones, oldest first. */
  all(where: Partial<Row>): Row[]
  /** Rows of `select t.* from <table> t <rest>`. */
  query(rest: string, ...values: Value[]): Row[]
  /** Changes the rows whose columns equal the given ones. */
  update(where: Partial<Row>, patch: Partial<Row>): void
  delete(where: Partial<Row>): void
}

const names = (row: object): string[] => Object.keys(row)

/** Binds a schema to its table. Column names come from the schema and from callers' literals only, never from a request. */
export const createTable = <S extends z.ZodObject>(
  sql: Sql,
  name: string,
  order: 'seq' | 'fence',
  schema: S,
): Table<z.output<S>> => {
  type Row = z.output<S>
  const statements = new Map<string, ReturnType<Sql['prepare']>>()
  /** The texts are few: one for each set of columns that some caller names. */
  const prepare = (text: string): ReturnType<Sql['prepare']> => {
    const known = statements.get(text) ?? sql.prepare(text)
    statements.set(text, known)
    return known
  }
  const partial = schema.partial()
  const Columns = z.record(z.string(), z.union([z.string(), z.number(), z.null()]))
  const encode = (row: Partial<Row>): Record<string, Value> => Columns.parse(partial.encode(row))
  const decode = (rows: unknown[]): Row[] => rows.map((row) => schema.decode(row as never))
  const equal = (where: object): string =>
    names(where)
      .map((key) => `t.${key} is ?`)
      .join(' and ') || 'true'

  const query = (rest: string, ...values: Value[]): Row[] =>
    decode(prepare(`select t.* from ${name} t ${rest}`).all(...values))
  // Encoding puts the columns into the schema's order, so names and values both come from what it returns.
  const all = (where: Partial<Row>): Row[] => {
    const bound = encode(where)
    return query(`where ${equal(bound)} order by t.${order}`, ...Object.values(bound))
  }

  return {
    insert: (row) => {
      const columns = encode(row as Partial<Row>)
      const marks = names(columns)
        .map(() => '?')
        .join(', ')
      prepare(`insert into ${name} (${names(columns).join(', ')}) values (${marks})`).run(
        ...Object.values(columns),
      )
    },
    find: (where) => all(where)[0] ?? null,
    all,
    query,
    update: (where, patch) => {
      const changes = encode(patch)
      const bound = encode(where)
      const sets = names(changes)
        .map((key) => `${key} = ?`)
        .join(', ')
      prepare(`update ${name} as t set ${sets} where ${equal(bound)}`).run(
        ...Object.values(changes),
        ...Object.values(bound),
      )
    },
    delete: (where) => {
      const bound = encode(where)
      prepare(`delete from ${name} as t where ${equal(bound)}`).run(...Object.values(bound))
    },
  }
}
