import { createHash, randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { OrderId } from 'encoder-bridge/driver'
import type { Ending } from '../../src/contract/outcome.ts'
import { openDesk, type Desk } from '../sessions/desk.ts'
import { recordOn } from './holds-record.ts'

/** 10,000 on demand: `CRASH_MODELS=10000`. `CRASH_SEED` repeats a run. */
const runs = Number(process.env['CRASH_MODELS'] ?? 300)
const seed = Number(process.env['CRASH_SEED'] ?? Date.now() % 2 ** 31)
const HOURS = 4 * 3_600_000
const SHORT_MS = 25
const uids = ['0A0B0C01', '0A0B0C02', '0A0B0C03']
const credentials = [randomUUID(), randomUUID(), randomUUID()]

const recordFacts = { cardNumber: '4711', startsAt: '2026-11-23T14:00:00Z', endsAt: '2099-11-25T11:00:00Z' }

/** What a hub and an onlooker at the encoder would know. */
interface Model {
  /** Results applied by the hub, by order. */
  readonly applied: Map<OrderId, Ending>
  readonly ordered: OrderId[]
}

/** The desk of one run, followed over its restarts. */
interface Real {
  desk: Desk
  /** What was found wrong at the moment when a session ended. */
  readonly wrongs: string[]
  writesBefore: number
  /** Times a card was put into the field: each may resume a write. */
  placements: number
  readonly endedOnce: Set<OrderId>
}

const emulatorOf = ({ desk }: Real) => {
  const [emulator] = desk.emulators
  if (emulator === undefined) throw new Error('no emulator')
  return emulator
}

const writesOf = (real: Real): number =>
  uids.flatMap((uid) => [...emulatorOf(real).countWrites(uid)]).reduce((sum, count) => sum + count, 0)

/** SHA-256 of blocks 4 to 6, the record's own, as the card has them now. */
const digestOn = (real: Real, uid: string): string =>
  createHash('sha256').update(emulatorOf(real).dumpCard(uid).subarray(64, 112)).digest('hex')

/** Judges every ending at the moment when the clerk sees it. */
const watch = (real: Real): void => {
  real.desk.sessions.onChange(({ orderId, state, ending }) => {
    if (state !== 'ended' || ending === null) return
    const entry = real.desk.journal.entry(orderId)
    const delta = writesOf(real) - real.writesBefore
    real.writesBefore += delta
    const say = (wrong: string): number => real.wrongs.push(`${orderId} ${ending.kind}: ${wrong}`)
    if (real.endedOnce.has(orderId)) say('ended twice')
    real.endedOnce.add(orderId)
    if (entry?.ending?.kind !== ending.kind) say('the journal tells another ending')
    if (
      ending.kind === 'untouched' &&
      entry?.intent?.kind === 'card' &&
      entry.intent.previousDigest !== digestOn(real, entry.intent.uid)
    ) {
      say('but the card has changed')
    }
    const isAlone = real.desk.journal.open().every((other) => other.intent === null)
    if (isAlone && entry?.intent === null && delta !== 0) say('but blocks were written without an intent')
    if (delta > 3 * (1 + real.placements)) say(`${String(delta)} writes`)
    if (ending.kind === 'encoded') {
      const uid = ending.uid ?? ''
      const record = recordOn(emulatorOf(real).dumpCard(uid), uid, 'demo', real.desk.siteKeys)
      if (record?.credentialId !== entry?.order.encode?.credentialId) say('but the card holds something else')
    }
  })
}

type Step = fc.AsyncCommand<Model, Real>

const step = (name: string, run: (model: Model, real: Real) => Promise<void> | void): Step => ({
  check: () => true,
  run: async (model, real) => {
    await run(model, real)
    // Others get their turn between two steps, as in life.
    await new Promise((resolve) => setImmediate(resolve))
  },
  toString: () => name,
})

/** The hub takes the oldest report; its acknowledgement may be lost, and it may be told twice. */
const deliver = (model: Model, real: Real, isAckLost: boolean): void => {
  const [item] = real.desk.journal.waiting(1)
  if (item === undefined) return
  const known = model.applied.get(item.orderId)
  if (known !== undefined && known.kind !== item.ending.kind)
    real.wrongs.push(`${item.orderId}: told two endings`)
  model.applied.set(item.orderId, item.ending)
  if (!isAckLost) real.desk.journal.acknowledge(item.id)
}

const restart = async (real: Real): Promise<void> => {
  real.desk = await real.desk.restart()
  watch(real)
}

const place = fc.constantFrom(...uids).map((uid) =>
  step(`place ${uid} alone`, (_, real) => {
    real.placements += 1
    emulatorOf(real).removeCard()
    emulatorOf(real).placeCard({ type: 'classic1k', uid })
  }),
)

const steps = [
  place,
  place,
  place,
  fc.constantFrom(...uids).map((uid) =>
    step(`add ${uid}`, (_, real) => {
      real.placements += 1
      emulatorOf(real).placeCard({ type: 'classic1k', uid })
    }),
  ),
  fc.constantFrom(...uids).map((uid) => step(`remove ${uid}`, (_, real) => emulatorOf(real).removeCard())),
  fc.constantFrom(...credentials).map((credentialId) =>
    step(`order ${credentialId.slice(0, 4)}`, (model, real) => {
      model.ordered.push(real.desk.order({}, { credentialId, accessMethodId: randomUUID() }))
    }),
  ),
  fc.constant(step('scan', (model, real) => void model.ordered.push(real.desk.scan()))),
  fc.nat().map((index) =>
    step('order again', (model, real) => {
      const orderId = model.ordered[index % Math.max(1, model.ordered.length)]
      const entry = orderId === undefined ? null : real.desk.journal.entry(orderId)
      if (entry !== null && real.desk.journal.accept(entry.order) !== 'repeated') {
        real.wrongs.push('a repeated order was taken for a new one')
      }
    }),
  ),
  fc.nat().map((index) =>
    step('cancel', (model, real) => {
      const orderId = model.ordered[index % Math.max(1, model.ordered.length)]
      if (orderId !== undefined) real.desk.sessions.cancel(orderId)
    }),
  ),
  fc.nat().map((index) =>
    step('confirm', (model, real) => {
      const orderId = model.ordered[index % Math.max(1, model.ordered.length)]
      if (orderId !== undefined) real.desk.confirm(orderId)
    }),
  ),
  fc
    .constantFrom(
      'tearWrite',
      'nakWrites',
      'flipWrittenBit',
      'noise',
      'dropAnswers',
      'corruptChecksum',
      'loseCommands',
    )
    .map((fault) => step(fault, (_, real) => emulatorOf(real).inject({ fault }))),
  fc
    .integer({ min: 1, max: 3 })
    .map((count) =>
      step(`removeCardAfterWrites ${String(count)}`, (_, real) =>
        emulatorOf(real).inject({ fault: 'removeCardAfterWrites', count }),
      ),
    ),
  fc
    .integer({ min: 0, max: 300 })
    .map((size) =>
      step(`unplug after ${String(size)} bytes`, (_, real) => real.desk.lines[0]?.unplugAfterBytes(size)),
    ),
  fc
    .boolean()
    .map((isLost) => step(`deliver${isLost ? ', ack lost' : ''}`, (m, real) => deliver(m, real, isLost))),
  fc.constant(step('crash and restart', (_, real) => restart(real))),
  fc.constant(
    step('wait for an ending', async (model, real) => {
      const orderId = model.ordered.find((id) => real.desk.journal.entry(id)?.phase !== 'ended')
      if (orderId !== undefined) await real.desk.ending(orderId)
    }),
  ),
]

it(
  `keeps its promises over ${String(runs)} random histories of orders, cards, cancels, faults and crashes`,
  async () => {
    process.stdout.write(`models: ${String(runs)} runs, CRASH_SEED=${String(seed)}\n`)
    const endings = new Map<string, number>()
    await fc.assert(
      fc.asyncProperty(fc.commands(steps, { maxCommands: 30, size: 'max' }), async (commands) => {
        const real: Real = {
          desk: await openDesk({
            // A change of the line speed takes half of the short times below.
            driverOptions: { sessionBaudRate: 115_200 },
            // Cards of the first credential are valid at the hub and have to be asked about; it knows no other.
            lookup: (credentialId) =>
              Promise.resolve(
                credentialId === credentials[0]
                  ? { kind: 'found', credential: { ...recordFacts, credentialId, isValid: true } }
                  : { kind: 'notFound' },
              ),
            delays: {
              cardTimeout: SHORT_MS,
              returnTimeout: SHORT_MS,
              confirmTimeout: SHORT_MS,
              recoveryTimeout: 4 * SHORT_MS,
            },
          }),
          wrongs: [],
          writesBefore: 0,
          placements: 0,
          endedOnce: new Set(),
        }
        const model: Model = { applied: new Map(), ordered: [] }
        // Every card exists from the start, so that its memory can be looked at.
        for (const uid of uids) emulatorOf(real).placeCard({ type: 'classic1k', uid })
        emulatorOf(real).removeCard()
        watch(real)
        try {
          await fc.asyncModelRun(() => ({ model, real }), commands)
          for (const orderId of model.ordered) await real.desk.ending(orderId)
          while (real.desk.journal.waiting(1).length > 0) deliver(model, real, false)
          expect(real.desk.journal.open()).toEqual([])
          for (const orderId of model.ordered) {
            const entry = real.desk.journal.entry(orderId)
            expect(model.applied.get(orderId)).toEqual(entry?.ending)
            const kind = entry?.ending?.kind ?? 'none'
            endings.set(kind, (endings.get(kind) ?? 0) + 1)
          }
          expect(real.wrongs).toEqual([])
        } finally {
          await real.desk[Symbol.asyncDispose]()
        }
      }),
      { numRuns: runs, seed, endOnFailure: true },
    )
    process.stdout.write(`models: endings ${JSON.stringify(Object.fromEntries(endings))}\n`)
  },
  HOURS,
)
