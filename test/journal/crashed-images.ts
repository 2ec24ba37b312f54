import { createHash } from 'node:crypto'

/**
 * What a power cut can leave of one journal call, given the files before and after it. The model: what was synced is there;
 * of what was written since, each byte range may be there, be missing, be zero or be rubbish. Bytes outside the written range
 * are safe (SQLite's powersafe-overwrite assumption, sqlite.org/psow.html). The order of the syncs within a call is SQLite's
 * (wal.c): log header, frames, then, when the log is long enough, the pages of the main file. docs: sqlite.org/fileformat2.html §4.
 */
export interface Files {
  readonly db: Buffer
  readonly wal: Buffer
}

/** An image and whether the call must be in it: `after` when everything it wrote to the log was synced. */
export interface CrashedImage extends Files {
  readonly what: string
  readonly holds: 'before' | 'after'
}

const WAL_HEADER_BYTES = 32
const FRAME_BYTES = 24 + 4096
const SECTOR_BYTES = 512

/** The first and one past the last byte in which the two differ. */
export const changedRange = (before: Buffer, after: Buffer): { from: number; to: number } | null => {
  if (before.equals(after)) return null
  const common = Math.min(before.length, after.length)
  let from = 0
  while (from < common && before[from] === after[from]) from++
  let to = after.length
  if (before.length >= after.length) while (to > from && before[to - 1] === after[to - 1]) to--
  return { from, to }
}

/** The frames' ends from `from` to `to`; the first is where the call began to write. */
const frameBoundaries = (from: number, to: number): number[] => {
  const boundaries: number[] = []
  const first = Math.max(0, Math.floor((from - WAL_HEADER_BYTES) / FRAME_BYTES))
  for (let at = WAL_HEADER_BYTES + first * FRAME_BYTES; at <= to; at += FRAME_BYTES) {
    boundaries.push(at)
  }
  return boundaries
}

type Random = () => number

const rubbishPool = createHash('shake256', { outputLength: 1 << 20 })
  .update('rubbish')
  .digest()

const rubbish = (length: number, random: Random): Buffer => {
  const from = Math.floor(random() * (rubbishPool.length - length))
  return rubbishPool.subarray(from, from + length)
}

/** `after`, of which only the bytes up to `cut` arrived; the rest of the written range is what `tail` makes of it. */
const tornTail = (
  before: Buffer,
  after: Buffer,
  { cut, to, tail }: { cut: number; to: number; tail: Buffer | 'missing' },
): Buffer => {
  const old = before.subarray(cut)
  const rest = tail === 'missing' ? old : Buffer.concat([tail, after.subarray(to)])
  return Buffer.concat([after.subarray(0, cut), rest])
}

/** Each sector of the written range old or new by chance; what was never there before reads as zero. */
const mixedSectors = (before: Buffer, after: Buffer, random: Random): Buffer => {
  const mixed = Buffer.alloc(Math.max(before.length, after.length))
  before.copy(mixed)
  for (let at = 0; at < after.length; at += SECTOR_BYTES) {
    if (random() < 0.5) after.copy(mixed, at, at, at + SECTOR_BYTES)
  }
  return mixed
}

/** What can be left of the call's writes to the log, each made when asked for. `random` chooses places and rubbish. */
export function* tornLogs(before: Files, after: Files, random: Random): Generator<() => CrashedImage> {
  const range = changedRange(before.wal, after.wal)
  if (range === null) return
  const { from, to } = range
  const image = (what: string, wal: Buffer): CrashedImage => ({
    what,
    db: before.db,
    wal,
    holds: wal.subarray(0, to).equals(after.wal.subarray(0, to)) ? 'after' : 'before',
  })
  // A log that starts over: its new header is synced before the first frame.
  const startsOver = from < WAL_HEADER_BYTES && before.wal.length > 0
  const based = startsOver
    ? Buffer.concat([after.wal.subarray(0, WAL_HEADER_BYTES), before.wal.subarray(WAL_HEADER_BYTES)])
    : before.wal
  for (let cut = from; startsOver && cut <= WAL_HEADER_BYTES; cut++) {
    yield () =>
      image(`header cut at ${cut}`, tornTail(before.wal, after.wal, { cut, to: cut, tail: 'missing' }))
  }
  const boundaries = frameBoundaries(from, to)
  const inside = boundaries.slice(0, -1).map((at) => at + 1 + Math.floor(random() * (FRAME_BYTES - 1)))
  for (const cut of [...boundaries, ...inside]) {
    const missing = Math.max(0, to - cut)
    const firstFrame = after.wal.subarray(WAL_HEADER_BYTES, WAL_HEADER_BYTES + FRAME_BYTES)
    const torn = (tail: Buffer | 'missing'): Buffer => tornTail(based, after.wal, { cut, to, tail })
    yield () => image(`log cut at ${cut}`, torn('missing'))
    yield () => image(`log zero from ${cut}`, torn(Buffer.alloc(missing)))
    yield () => image(`log rubbish from ${cut}`, torn(rubbish(missing, random)))
    yield () => image(`log with stale frames from ${cut}`, torn(Buffer.alloc(missing, firstFrame)))
  }
  for (let n = 0; n < 3; n++)
    yield () => image('log sectors old or new', mixedSectors(based, after.wal, random))
}

/** What can be left of the main file when the call moved the log, which is synced, into it. */
export function* tornCheckpoints(before: Files, after: Files, random: Random): Generator<() => CrashedImage> {
  if (before.db.equals(after.db)) return
  for (let n = 0; n < 40; n++) {
    const what = 'main file torn in a checkpoint'
    yield () => ({ what, db: mixedSectors(before.db, after.db, random), wal: after.wal, holds: 'after' })
  }
}
