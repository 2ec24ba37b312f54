import {
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { BridgeError } from '../contract/errors.ts'
import type { RoomRow } from '../contract/rooms.ts'
import { MAX_BYTES, mistakeText, readRoomList } from './read-list.ts'
import { writeRoomList } from './write-list.ts'

const isMissing = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'

const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown))

const unusable = (path: string, reason: string, cause?: unknown): BridgeError =>
  new BridgeError('config_invalid', `The list of rooms ${path}: ${reason}.`, { cause })

/** Changes whenever the file does, by an import or by hand; null where there is none. */
export const stampOf = (path: string): string | null => {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true })
    return `${mtimeNs} ${size} ${ino}`
  } catch {
    return null
  }
}

/** The rows of the file; none where there is no file. Throws `config_invalid` with the first mistake. */
export const readRoomFile = (path: string): readonly RoomRow[] => {
  let bytes: Uint8Array
  try {
    const facts = statSync(path)
    // A pipe would keep the daemon waiting.
    if (!facts.isFile()) throw unusable(path, 'it is no file')
    if (facts.size > MAX_BYTES) throw unusable(path, `it is longer than ${MAX_BYTES} bytes`)
    bytes = readFileSync(path)
  } catch (thrown) {
    if (thrown instanceof BridgeError) throw thrown
    if (isMissing(thrown)) return []
    throw unusable(path, reasonOf(thrown), thrown)
  }
  const { rows, mistakes } = readRoomList(bytes)
  const [first, ...others] = mistakes
  if (first === undefined) return rows
  const more = others.length === 0 ? '' : `; mistakes in all: ${mistakes.length}`
  throw unusable(path, `${mistakeText(first)}${more}`)
}

/** The directory remembers the new name through a power cut; Windows has no such sync. */
const syncDirectory = (path: string): void => {
  if (process.platform === 'win32') return
  const directory = openSync(path, 'r')
  fsyncSync(directory)
  closeSync(directory)
}

/** Puts the rows in the file's place: all of them are on the disk when this returns, or the file is as it was. Throws `data_unwritable`. */
export const writeRoomFile = (path: string, rows: readonly RoomRow[]): void => {
  const draft = `${path}.new`
  try {
    rmSync(draft, { force: true })
    const file = openSync(draft, 'wx', 0o600)
    try {
      writeFileSync(file, writeRoomList(rows))
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(draft, path)
    syncDirectory(dirname(path))
  } catch (thrown) {
    throw new BridgeError('data_unwritable', `${path}: ${reasonOf(thrown)}.`, { cause: thrown })
  }
}
