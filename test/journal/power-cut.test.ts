import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isBridgeError } from '../../src/contract/errors.ts'
import type { Journal } from '../../src/contract/journal.ts'
import { openJournal } from '../../src/journal/journal.ts'
import { changedRange, tornCheckpoints, tornLogs, type Files } from './crashed-images.ts'
import { dump } from './dump.ts'
import { encoded, encoderId, intent, makeOrder, makeScan, noCard } from './examples.ts'
import { freshJournal, temporaryDirectory } from './fixtures.ts'

/** The reference script: every kind of call, several times over the log's length. */
function* script(): Generator<(journal: Journal) => void> {
  yield (journal) =>
    journal.setPairing({ hubEndpoint: 'https://h', bridgeId: 'b', acsSystemId: 's', token: 't', machine: [] })
  yield (journal) => journal.setSiteKeys({ current: 1, keys: new Map([[1, new Uint8Array(32).fill(7)]]) })
  for (let n = 1; n <= 20; n++) {
    const order = makeOrder(`o${n}`, n)
    yield (journal) => journal.accept(order)
    yield (journal) => journal.writing(order.orderId, intent)
    yield (journal) => journal.verified(order.orderId)
    yield (journal) => journal.end(order.orderId, encoderId, encoded)
    const scan = makeScan(`s${n}`, n % 2 === 0 ? 'hub' : 'desk')
    yield (journal) => journal.accept(scan)
    yield (journal) => journal.end(scan.orderId, null, noCard)
    if (n % 3 === 0) yield (journal) => journal.acknowledge(n)
    if (n % 5 === 0) yield (journal) => journal.refuse(n + 1, 'order_unknown')
    if (n === 15) yield (journal) => journal.prune('2026-06-01T00:00:00Z')
  }
}

const filesOf = (path: string): Files => ({ db: readFileSync(path), wal: readFileSync(`${path}-wal`) })

/** Lays files where a crash would have left them and opens them; in memory where that can be, for the images need no syncs of their own. */
const createMorgue = () => {
  const root = temporaryDirectory(existsSync('/dev/shm') ? '/dev/shm' : tmpdir())
  let count = 0
  return {
    /** The dump of what opening finds, or the code it was refused with. */
    autopsy: ({ db, wal }: Files): string => {
      const directory = join(root, String(count++))
      const path = join(directory, 'journal.db')
      mkdirSync(directory)
      writeFileSync(path, db)
      writeFileSync(`${path}-wal`, wal)
      try {
        const journal = openJournal({ path })
        const found = dump(journal)
        journal.close()
        return found
      } catch (thrown) {
        if (isBridgeError(thrown)) return thrown.code
        throw thrown
      } finally {
        rmSync(directory, { recursive: true, force: true, maxRetries: 3 })
      }
    },
    get count() {
      return count
    },
  }
}

interface Call {
  readonly before: Files
  readonly after: Files
  readonly factsBefore: string
  readonly factsAfter: string
}

/** Runs the script in a fresh journal and gives each call with the files and facts around it. */
function* acknowledgedCalls(): Generator<Call> {
  const { journal, path } = freshJournal()
  journal.noteAudit({
    event: 'paired',
    orderId: null,
    orderedBy: null,
    encoderId: null,
    uid: null,
    outcome: null,
  })
  let before = filesOf(path)
  let factsBefore = dump(journal)
  for (const call of script()) {
    call(journal)
    const after = filesOf(path)
    const factsAfter = dump(journal)
    expect(factsAfter).not.toBe(factsBefore)
    yield { before, after, factsBefore, factsAfter }
    before = after
    factsBefore = factsAfter
  }
}

/** A generator of numbers in [0, 1) that a printed seed brings back. */
const createRandom = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    // mulberry32
    state = (state + 0x6d_2b_79_f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

test('a power cut anywhere in any call loses no acknowledged fact and shows no half of one', () => {
  const seed = Number(process.env['POWER_CUT_SEED'] ?? Date.now() % 2 ** 31)
  const random = createRandom(seed)
  // Some thousand images take a minute; `POWER_CUT=all` tries every one, CI a tenth chosen by the seed.
  const share = process.env['POWER_CUT'] === 'all' ? 1 : 0.1
  const morgue = createMorgue()
  let checkpoints = 0
  for (const { before, after, factsBefore, factsAfter } of acknowledgedCalls()) {
    if (!before.db.equals(after.db)) checkpoints++
    for (const make of [...tornLogs(before, after, random), ...tornCheckpoints(before, after, random)]) {
      if (random() >= share) continue
      const image = make()
      const found = morgue.autopsy(image)
      expect(found, `${image.what}, seed ${seed}`).toBe(image.holds === 'after' ? factsAfter : factsBefore)
    }
  }
  expect(checkpoints).toBeGreaterThan(2)
  process.stdout.write(`power cut: ${morgue.count} images, ${checkpoints} checkpoints, seed ${seed}\n`)
}, 900_000)

test('the model can fail: with one synced byte missing, the acknowledged fact is missing too', () => {
  const morgue = createMorgue()
  for (const { before, after, factsBefore, factsAfter } of acknowledgedCalls()) {
    const range = changedRange(before.wal, after.wal)
    if (range === null) continue
    const lost = Buffer.concat([after.wal.subarray(0, range.to - 1), before.wal.subarray(range.to - 1)])
    const found = morgue.autopsy({ db: before.db, wal: lost })
    expect(found).not.toBe(factsAfter)
    expect(found).toBe(factsBefore)
  }
  expect(morgue.count).toBeGreaterThan(100)
}, 60_000)

test('the model can fail: a main file torn in a checkpoint is beyond help without its log', () => {
  const morgue = createMorgue()
  const random = createRandom(1)
  let missing = 0
  for (const { before, after, factsAfter } of acknowledgedCalls()) {
    for (const make of tornCheckpoints(before, after, random)) {
      if (morgue.autopsy({ db: make().db, wal: Buffer.alloc(0) }) !== factsAfter) missing++
    }
  }
  expect(missing).toBeGreaterThan(morgue.count / 2)
}, 60_000)
